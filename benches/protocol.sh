#!/usr/bin/env bash
# Runs the whole experiment with several programs by turns, each into an empty folder, and prints
# medians: benches/protocol.sh ROUNDS FM... [-- OPTIONS of `fm experiment`]
#
#   benches/protocol.sh 3 before/fm after/fm -- --seeds 30 --jobs 2
set -euo pipefail
# Seconds with a point, whatever the language.
export LC_ALL=C

rounds=${1:?usage: protocol.sh ROUNDS FM... [-- OPTIONS]}
shift
programs=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  programs+=("$1")
  shift
done
[ $# -eq 0 ] || shift # The `--`.

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for ((round = 0; round < rounds; round++)); do
  for ((turn = 0; turn < ${#programs[@]}; turn++)); do
    program=$(((turn + round) % ${#programs[@]}))
    /usr/bin/time --append --output "$folder/$program" --format '%e %U %S %M' \
      "${programs[program]}" experiment --out "$folder/results" "$@" >/dev/null
    rm -r "$folder/results"
  done
done

# The median of a column of numbers.
median() { sort -g | awk '{ x[NR] = $1 } END { print x[int((NR + 1) / 2)] }'; }
echo '| program | wall, s | processor, s | memory, MB |'
echo '|---|--:|--:|--:|'
for program in "${!programs[@]}"; do
  wall=$(awk '{ print $1 }' "$folder/$program" | median)
  processor=$(awk '{ print $2 + $3 }' "$folder/$program" | median)
  memory=$(awk '{ print int($4 * 1.024 / 1000 + 0.5) }' "$folder/$program" | median)
  echo "| ${programs[program]} | $wall | $processor | $memory |"
done

//! A function of many items on the threads of this machine.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// A function of every item, on the threads of this machine, in the order of the items.
pub(crate) fn in_parallel<T: Sync, R: Send>(items: &[T], of: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    // Several for each thread, so that all end at about the same time.
    let chunk = (items.len() / (8 * threads)).clamp(1, 256);
    let chunks: Vec<&[T]> = items.chunks(chunk).collect();
    let next = AtomicUsize::new(0);
    let take = || {
        let mut taken = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(chunk) = chunks.get(index) else {
                return taken;
            };
            taken.push((index, chunk.iter().map(&of).collect::<Vec<R>>()));
        }
    };
    let mut taken = thread::scope(|scope| {
        let others = (1..threads.min(chunks.len())).map(|_| scope.spawn(take));
        let others: Vec<_> = others.collect();
        let mut taken = take();
        for other in others {
            taken.extend(
                other
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            );
        }
        taken
    });
    taken.sort_by_key(|(index, _)| *index);
    taken.into_iter().flat_map(|(_, items)| items).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1000).collect();
        let squares: Vec<usize> = items.iter().map(|item| item * item).collect();
        assert_eq!(in_parallel(&items, |item| item * item), squares);
        assert!(in_parallel(&[], |item: &usize| *item).is_empty());
    }
}

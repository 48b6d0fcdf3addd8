//! A function of every item, on the threads of this machine, in the order of the items.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::thread;

pub(crate) fn in_parallel<T: Sync, R: Send>(items: &[T], of: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let chunk = items.len().div_ceil(threads).max(1);
    let map = |chunk: &[T]| chunk.iter().map(&of).collect::<Vec<R>>();
    thread::scope(|scope| {
        let chunks = items.chunks(chunk);
        let chunks: Vec<_> = chunks
            .map(|chunk| scope.spawn(move || map(chunk)))
            .collect();
        let mapped = chunks.into_iter().map(|chunk| chunk.join());
        let mapped = mapped.flat_map(|mapped| mapped.unwrap_or_else(|panic| resume_unwind(panic)));
        mapped.collect()
    })
}

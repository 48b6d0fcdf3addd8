//! Frozen bytes do not change, and the source model is the same before and after the arms.

use fm_experiment::{Run, RunRecord, Tasks};
use fm_tests::engines;
use fm_tests::small_experiment::{data, protocol};

#[test]
fn the_source_model_and_a_frozen_trunk_keep_their_bytes() {
    let protocol = protocol();
    let data = data();
    let tasks = Tasks::split(&protocol, &data.train, &data.test).unwrap();
    for engine in engines() {
        let run = Run {
            protocol: &protocol,
            tasks: &tasks,
            engine,
        };
        let (source, history) = run.source(3, &()).unwrap();
        let before = source.to_bytes();
        let RunRecord {
            source: record,
            arms,
            ..
        } = run.arms(3, &source, history, &()).unwrap().record;
        assert_eq!(source.to_bytes(), before);
        assert_eq!(record.sha256_before_arms, source.digest());
        assert_eq!(record.sha256_after_arms, source.digest());

        // Frozen under momentum, then trained under decay.
        let transfer = &arms[1].trunk_sha256;
        assert_eq!(
            transfer[0],
            source.trunk_digest(),
            "starts as a copy of the source trunk"
        );
        assert_eq!(transfer[1], transfer[0], "frozen in the first phase");
        assert_ne!(transfer[2], transfer[1], "trained in the second");
        let scratch = &arms[0].trunk_sha256;
        assert_ne!(scratch[0], transfer[0]);
        assert_ne!(scratch[1], scratch[0]);
    }
}

//! Settings of the optimizers.

use fm_nn::Freeze;
use fm_train::{Adam, AdamW, Optimizer, Phase, RmsProp, Sgd, TrainError};

fn check(optimizer: Optimizer) -> Result<(), TrainError> {
    Phase::new(1, Freeze::Nothing, optimizer).check_settings(2, 2)
}

#[test]
fn settings_out_of_range_are_refused_by_name() {
    let adam = Adam::new(0.1);
    let rms = RmsProp::new(0.1);
    let sgd = Sgd::plain(0.1);
    let cases = [
        ("lr", Optimizer::Sgd(Sgd::plain(0.0))),
        ("lr", Optimizer::Adam(Adam::new(1e-60))),
        ("lr", Optimizer::AdamW(AdamW::new(f64::NAN))),
        ("lr", Optimizer::RmsProp(RmsProp::new(f64::INFINITY))),
        (
            "momentum",
            Optimizer::Sgd(Sgd {
                momentum: 1.0,
                ..sgd
            }),
        ),
        (
            "momentum",
            Optimizer::Sgd(Sgd {
                nesterov: true,
                ..sgd
            }),
        ),
        (
            "betas",
            Optimizer::Adam(Adam {
                betas: [0.9, 1.0],
                ..adam
            }),
        ),
        (
            "betas",
            Optimizer::Adam(Adam {
                betas: [0.999_999_999_9, 0.9],
                ..adam
            }),
        ),
        ("eps", Optimizer::Adam(Adam { eps: 0.0, ..adam })),
        ("eps", Optimizer::RmsProp(RmsProp { eps: 1e-60, ..rms })),
        ("alpha", Optimizer::RmsProp(RmsProp { alpha: -0.1, ..rms })),
        (
            "weight_decay",
            Optimizer::AdamW(AdamW {
                weight_decay: -1.0,
                ..AdamW::new(0.1)
            }),
        ),
    ];
    for (key, optimizer) in cases {
        match check(optimizer) {
            Err(TrainError::Setting { name, .. }) => {
                let key = format!("optimizer.{}.{key}", optimizer.name());
                assert_eq!(name, key, "{optimizer:?}");
            }
            other => panic!("{optimizer:?}: {other:?}"),
        }
    }
    for optimizer in [
        Optimizer::Sgd(sgd),
        Optimizer::Adam(adam),
        Optimizer::AdamW(AdamW::new(0.1)),
        Optimizer::RmsProp(rms),
    ] {
        assert_eq!(check(optimizer), Ok(()));
    }
}

//! Tests of the workspace against numbers computed elsewhere.

mod data_report;
mod fashion_mnist;
mod freezing;
mod freezing_table;
mod golden_weights;
mod images;
mod interop;
mod metrics;
mod optimizers;
mod regularisation;
mod small_network;
mod splits;
mod training_parity;

use fm_tests::{needs_data, run, test};

/// Tests named `module::function`. A function that is missing here is dead code to the compiler.
macro_rules! tests {
    ($($module:ident { $($function:ident)+ })+) => {
        vec![$($(test(
            concat!(stringify!($module), "::", stringify!($function)),
            || {
                $module::$function();
                Ok(())
            },
        )),+),+]
    };
}

fn main() {
    let mut tests = tests! {
        freezing {
            the_source_model_and_a_frozen_trunk_keep_their_bytes
        }
        freezing_table {
            frozen_bytes_are_equal_and_the_document_says_so
            a_mask_changes_only_what_it_freezes
        }
        golden_weights {
            trained_weights_have_the_golden_bits_at_every_level
        }
        metrics {
            metrics_match_scikit_learn
            probabilities_add_up_to_one_for_large_logits
            classes_without_an_output_are_refused
        }
        optimizers {
            trajectories_match_pytorch
            every_level_takes_the_same_steps_to_the_bit
            gradients_are_clipped_by_the_norm_of_all_trainable_ones
            rates_are_multiplied_by_the_factors_of_schedule_and_layer
            the_momentum_of_a_frozen_weight_does_not_change
        }
        regularisation {
            smoothed_and_weighted_losses_match_pytorch
            equal_weights_are_the_plain_loss_to_the_bit
            plateaus_lower_the_rate_when_pytorch_does
            dropout_is_the_same_bits_at_every_vector_level
            scoring_uses_no_dropout
        }
        small_network {
            every_activation_and_loss_matches_pytorch
        }
    };
    tests.extend(data_report::tests());
    tests.extend(fashion_mnist::tests());
    tests.extend(splits::tests());
    tests.extend(interop::tests());
    tests.push(needs_data(
        "training_parity::every_step_matches_pytorch_on_every_backend",
        training_parity::every_step_matches_pytorch_on_every_backend,
    ));
    run(tests);
}

//! Curves: where reuse helps, by the number of target rows, by the layers reused, and by the classes.
//!
//! | curve | what changes from point to point | kept in |
//! |---|---|---|
//! | [`Curve::Samples`] | the target rows trained on | `curves/samples/seed-0042.json` |
//! | [`Curve::Depth`] | how many layers are reused, from which network, frozen or not | `curves/depth/seed-0042.json` |
//! | [`Curve::Pairs`] | the two classes of the target task | `curves/pairs/5-6/seed-0042.json` |
//! | [`Curve::Vary`] | what the seed moves: first weights, order of rows, choice of target rows, all | `curves/vary/init/seed-0042.json` |
//!
//! A curve is trained beside the runs of a finished plan, from its records and source models, and
//! like them depends on protocol, seed, data and backend only. Nothing is scored on validation
//! rows: a curve chooses nothing, and its points are compared on the test rows, once.
//!
//! # Layers reused
//!
//! After Yosinski et al., "How transferable are features in deep neural networks?" (NeurIPS 2014).
//! A is the seed's source network; B is a base network trained on the target rows, the same as the
//! protocol's arm named in `[curves.depth]`, to the bit. For every k from 1 to the number of hidden
//! layers, four networks take their first k layers from one of them:
//!
//! | curve | first k layers from | these layers | what it can show |
//! |---|---|---|---|
//! | AnB | A, the source task | frozen | worse than k = 0: features too special to the source task |
//! | AnB+ | A | trained on | better than k = 0 and BnB+: transfer helps |
//! | BnB | B, the target task | frozen | worse: layers that had learned to work together, torn apart |
//! | BnB+ | B | trained on | control: what more training on the same rows gives |
//!
//! Where a recipe takes few steps, as the notebook's 140 on 200 rows, freezing also leaves less to be
//! learned with in that time: AnB and BnB can be worse for that alone, and no curve here tells this
//! from the other reasons.
//!
//! The layers above are new, drawn from the streams `depth/trunk` and `depth/head`, and rows come in
//! the order of `depth/shuffle`: the same for all four curves and every k of a seed, and none of them
//! those that B was trained with. So at k = 0 the four are one training from scratch, done once, and
//! every other point is compared with it, paired by seed. Epochs and optimizer are those of B.

mod depth;
mod pairs;
mod record;
mod runner;
mod samples;
mod summary;
mod training;
mod vary;

pub use record::{
    Curve, CurvePart, DepthCurve, DepthPoint, DepthRecord, PairRecord, PointArm, SamplesPoint,
    SamplesRecord, VaryRecord, all_pairs,
};
pub use runner::{CurveRunner, CurvesAsked};
pub use summary::{
    CurvesSummary, DepthPointSummary, DepthSummary, PairSummary, PairsSummary, PointArmSummary,
    SamplesPointSummary, SamplesSummary, VarySummary, VaryTable,
};

pub(crate) use record::CurveRecords;
pub(crate) use vary::TrainingSeeds;

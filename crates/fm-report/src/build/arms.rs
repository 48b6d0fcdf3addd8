//! The section of what the arms predict.

use super::analysis::Analysis;
use super::gallery::galleries;
use super::predictions::{ModelPredictions, confusion};
use crate::document::{Section, Shown};
use crate::error::ReportError;

/// The section; `None` if no record has predictions.
pub(crate) fn section(analysis: &Analysis<'_>) -> Result<Option<Section>, ReportError> {
    let mut models = Vec::new();
    for arm in 0..analysis.arms.len() {
        models.extend(ModelPredictions::of(analysis.results, Some(arm))?);
    }
    if models.is_empty() {
        return Ok(None);
    }
    let mut section = Section::new("Predictions on the test images", Shown::Details);
    if let Some(compared) = analysis.comparisons.first() {
        let of = |arm: &str| models.iter().find(|model| model.name == arm);
        let pairing = &compared.pairing;
        if let Some((arm, against)) = of(&pairing.arm).zip(of(&pairing.against)) {
            section.extend(galleries(analysis.results, compared, [arm, against])?);
        }
    }
    section.extend(confusion("confusion", &models));
    Ok(Some(section))
}

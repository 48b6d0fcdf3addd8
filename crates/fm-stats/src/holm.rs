//! Holm's correction of p values for multiple comparisons.

/// Adjusted p values in the order given; each is at least the original p and at most 1.
///
/// With the p sorted ascending, the k-th (from 0) of m becomes the largest of `(m − j)·p_j` over
/// j ≤ k. The probability of one or more false conclusions stays below the level under any dependence
/// between the comparisons. Holm, "A Simple Sequentially Rejective Multiple Test Procedure",
/// Scandinavian Journal of Statistics 6 (1979).
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut largest = 0.0_f64;
    for (rank, &index) in order.iter().enumerate() {
        largest = largest
            .max((p_values.len() - rank) as f64 * p_values[index])
            .min(1.0);
        adjusted[index] = largest;
    }
    adjusted
}

//! [`Results`]: the cells of a request, read from a store. Nothing here trains.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use fm_train::{EpochRecord, Scores, predicted_classes};

use crate::correct::Correct;
use crate::error::{ExperimentError, folder};
use crate::job::keyed;
use crate::key::Key;
use crate::parallel::in_parallel;
use crate::plan::{Place, Plan, Series};
use crate::protocol::Protocol;
use crate::record::{Outcome, Predictions, Record};
use crate::request::Request;
use crate::store::{MadeWith, Store};

/// The cells of a request, read from a store.
///
/// Every table, chart and comparison is made from these cells. Those that are not trained yet are
/// there too, without an outcome.
#[derive(Clone, Debug)]
pub struct Results {
    /// What was asked.
    pub request: Request,
    /// Where and with what it was last asked.
    pub made_with: MadeWith,
    /// The cells' places.
    pub plan: Plan,
    store: Store,
    cells: BTreeMap<Place, CellResult>,
}

/// A cell of the long table.
#[derive(Clone, Debug)]
pub struct CellResult {
    /// Its place in the plan.
    pub place: Place,
    /// Its name in the store.
    pub key: Key,
    /// Scores or a failure; `None` if it was not trained yet.
    pub outcome: Option<Outcome>,
    /// Epochs of the recipe.
    pub epochs: usize,
    /// The last epoch of the history.
    pub last_epoch: Option<EpochRecord>,
    /// Which test rows are predicted correctly; empty without scores.
    pub correct: Correct,
    /// Of the main table.
    record: Option<Arc<Record>>,
}

impl CellResult {
    /// The scores of a training that did not fail.
    pub fn scores(&self) -> Option<&Scores> {
        self.outcome.as_ref()?.scores()
    }

    /// Fraction of test rows that are not predicted correctly.
    pub fn error(&self) -> Option<f64> {
        self.scores().map(Scores::error)
    }
}

impl Results {
    /// Reads the results of what was asked last of the store at `path`, together with what was asked
    /// before of the same recipe: seeds, arms and sweeps add up.
    ///
    /// # Errors
    /// A store that was never asked, and damaged files.
    pub fn read(path: &Path) -> Result<Self, ExperimentError> {
        let store = Store::read(path)?;
        let (request, made_with) = merged(&store)?;
        Self::exactly(store, request, made_with)
    }

    /// Reads the results of a request, and nothing else.
    ///
    /// # Errors
    /// Damaged files; a request that does not fit the store's data.
    pub fn exactly(
        store: Store,
        request: Request,
        made_with: MadeWith,
    ) -> Result<Self, ExperimentError> {
        let plan = Plan::new(&request, &store.labels()?)?;
        let cells = read_cells(&store, &plan)?;
        Ok(Self {
            request,
            made_with,
            plan,
            store,
            cells,
        })
    }

    /// The protocol.
    pub fn protocol(&self) -> &Protocol {
        &self.request.protocol
    }

    /// The store that the results were read from.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The main table's series.
    pub fn main(&self) -> &Series {
        &self.plan.series[0]
    }

    /// The cells of the long table, in the plan's order.
    pub fn cells(&self) -> impl Iterator<Item = &CellResult> {
        self.plan.places().map(|place| &self.cells[&place])
    }

    /// A cell.
    pub fn cell(&self, place: Place) -> &CellResult {
        &self.cells[&place]
    }

    /// The whole record of a cell of the main table, with history and predictions; `None` if it was
    /// not trained yet.
    pub fn record(&self, place: Place) -> Option<&Record> {
        self.cells.get(&place)?.record.as_deref()
    }

    /// The cells of an arm, or of the source network, at a point, by seed.
    pub fn by_seed(
        &self,
        series: usize,
        point: usize,
        arm: Option<usize>,
    ) -> impl Iterator<Item = &CellResult> {
        self.plan.series[series].seeds.iter().map(move |&seed| {
            &self.cells[&Place {
                series,
                point,
                arm,
                seed,
            }]
        })
    }

    /// Cells that diverged.
    pub fn failed(&self) -> impl Iterator<Item = &CellResult> {
        let failed = |cell: &&CellResult| matches!(cell.outcome, Some(Outcome::Failed(_)));
        self.cells().filter(failed)
    }

    /// Cells that are not trained yet.
    pub fn missing(&self) -> impl Iterator<Item = &CellResult> {
        self.cells().filter(|cell| cell.outcome.is_none())
    }
}

/// What was asked last of a store, with what was asked before of the same recipe, and with what.
pub(crate) fn merged(store: &Store) -> Result<(Request, MadeWith), ExperimentError> {
    let mut asked = store.asked()?.into_iter();
    let none = "contains no request; run the experiment first";
    let latest = asked.next().ok_or_else(|| folder(store.path(), none))?;
    let request = merge(latest.request, asked.map(|asked| asked.request));
    Ok((request, latest.made_with))
}

/// The request with the seeds, arms and sweeps that earlier requests of the same recipe add.
pub(crate) fn merge(mut request: Request, earlier: impl Iterator<Item = Request>) -> Request {
    for other in earlier {
        if !same_recipe(&request, &other) {
            continue;
        }
        request.seeds.extend(other.seeds);
        for arm in other.protocol.arms {
            if request.protocol.arm(&arm.name).is_none() {
                let optional = &mut request.protocol.optional_arms;
                optional.retain(|other| other.name != arm.name);
                request.protocol.arms.push(arm);
            }
        }
        for sweep in other.sweeps {
            let mut known = request.sweeps.iter_mut();
            match known.find(|known| known.name == sweep.name) {
                Some(known) => known.sweep.add_values(&sweep.sweep),
                None => request.sweeps.push(sweep),
            }
        }
    }
    request.seeds.sort_unstable();
    request.seeds.dedup();
    request
}

/// Whether two requests differ in seeds, arms, sweeps and words only.
fn same_recipe(a: &Request, b: &Request) -> bool {
    let (p, q) = (&a.protocol, &b.protocol);
    a.backend == b.backend
        && p.name == q.name
        && p.data == q.data
        && p.task == q.task
        && p.network == q.network
        && p.training == q.training
        && p.seed == q.seed
        && p.source == q.source
        && p.tune == q.tune
}

/// Reads every record once, on all threads, and keeps whole only those of the main table.
fn read_cells(store: &Store, plan: &Plan) -> Result<BTreeMap<Place, CellResult>, ExperimentError> {
    let done = store.keys()?;
    let cells = keyed(plan, |place, key, recipe| CellResult {
        place,
        key,
        outcome: None,
        epochs: recipe.epochs(),
        last_epoch: None,
        correct: Correct::default(),
        record: None,
    });
    // Cells that two questions have in common are read once, with the first place.
    let mut places: BTreeMap<Key, Place> = BTreeMap::new();
    for (place, key, _) in cells.iter().filter(|(_, key, _)| done.contains(key)) {
        places.entry(*key).or_insert(*place);
    }
    let places: Vec<(Key, Place)> = places.into_iter().collect();
    // Labels of test rows by the name of their file, so that each file is read once.
    let labels: Mutex<BTreeMap<String, Arc<[u8]>>> = Mutex::default();
    let read = in_parallel(&places, |(key, place)| {
        // It may have been removed meanwhile.
        let Some(record) = store.record(key)? else {
            return Ok(None);
        };
        let mut known = labels.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.contains_key(&record.test_rows)
            && let Some(rows) = store.test_rows(&record)?
        {
            known.insert(record.test_rows.clone(), rows.labels.into());
        }
        let labels = known.get(&record.test_rows).cloned();
        drop(known);
        let correct = labels.map_or_else(Correct::default, |labels| correct(&record, &labels));
        let outcome = record.outcome.clone();
        let last_epoch = record.history.last().copied();
        let record = (place.series == 0).then(|| Arc::new(record));
        Ok(Some((*key, (outcome, last_epoch, correct, record))))
    });
    let read: Vec<_> = read.into_iter().collect::<Result<_, ExperimentError>>()?;
    let read: BTreeMap<Key, _> = read.into_iter().flatten().collect();
    let cells = cells.into_iter().map(|(place, key, mut cell)| {
        if let Some((outcome, last_epoch, correct, record)) = read.get(&key).cloned() {
            cell.outcome = Some(outcome);
            (cell.last_epoch, cell.correct) = (last_epoch, correct);
            cell.record = record.filter(|_| place.series == 0);
        }
        (place, cell)
    });
    Ok(cells.collect())
}

fn correct(record: &Record, labels: &[u8]) -> Correct {
    let is_right = |(class, &label): (u32, &u8)| class == u32::from(label);
    match &record.predictions {
        None => Correct::default(),
        Some(Predictions::Classes { class, .. }) => {
            let classes = class.iter().map(|&class| u32::from(class));
            classes.zip(labels).map(is_right).collect()
        }
        // A record with scores has finite logits.
        Some(Predictions::Logits(logits)) => {
            let classes = predicted_classes(logits.view()).unwrap_or_default();
            classes.into_iter().zip(labels).map(is_right).collect()
        }
    }
}

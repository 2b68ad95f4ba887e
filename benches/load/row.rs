//! One row of the table: what one server did in one scenario.

use super::contestant::Contestant;
use super::drive::Measured;

/// What a figure measures. The order is that of the columns, but for the headline of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// The highest rate of lines at which nothing was lost and 99 of 100 deliveries took at most 100 ms.
    LinesHeld,
    DeliveriesHeld,
    LatencyHeld,
    OneInFlight,
    SixteenInFlight,
    /// At a rate that every server holds.
    ProcessorPerDelivery,
    LatencyMedian,
    Latency99,
    BytesAtRest,
    BytesPerConnection10000,
    BytesPerConnection19000,
    IdleProcessor,
    BytesGrown,
    BurstDeliveries,
    BurstLast,
    BackAgain,
    Ack99,
    DurableSends,
    DurableLatency99,
    DurablePipelined,
    DiskSyncs,
    PagesWithoutSession,
    PagesCompressed,
    PagesWithSession,
    /// What the page is, read by the same server from its disk.
    SameBytesAsFile,
}

/// What a figure is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    PerSecond,
    Milliseconds,
    Microseconds,
    Seconds,
    Kibibytes,
    Megabytes,
    Percent,
}

/// A figure that was measured.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    pub measure: Measure,
    pub value: f64,
}

/// A server in a scenario.
pub struct Row {
    pub scenario: &'static str,
    pub contestant: Contestant,
    pub figures: Vec<Figure>,
    /// What went wrong: a row with problems is not a success, whatever its figures are.
    pub problems: Vec<String>,
    /// When other programs used the processors too.
    pub disturbances: Vec<String>,
    /// What the reader should know.
    pub remarks: Vec<String>,
    /// The largest share of its processor that the generator used for a figure of this row.
    pub generator_share: f64,
}

impl Row {
    pub fn new(scenario: &'static str, contestant: Contestant) -> Self {
        Self {
            scenario,
            contestant,
            figures: Vec::new(),
            problems: Vec::new(),
            disturbances: Vec::new(),
            remarks: Vec::new(),
            generator_share: 0.0,
        }
    }

    pub fn add(&mut self, measure: Measure, value: f64) {
        self.figures.push(Figure { measure, value });
    }

    /// Enters what was wrong with a run at a fixed rate that should have gone well.
    pub fn judge(&mut self, part: &str, measured: &Measured) {
        self.enter(part, measured);
        if measured.is_generator_saturated() {
            self.problems.push(format!("{part}: INVALID, the generator was saturated"));
        }
    }

    /// The same of a run that went as fast as both sides could: where the generator was the slower one, the server is at
    /// least so fast.
    pub fn judge_throughput(&mut self, part: &str, measured: &Measured) {
        self.enter(part, measured);
        if measured.is_generator_saturated() {
            self.remarks.push(format!("{part}: at least, since the generator was saturated"));
        }
    }

    fn enter(&mut self, part: &str, measured: &Measured) {
        self.generator_share = self.generator_share.max(measured.generator_share);
        self.problems.extend(measured.fault().map(|fault| format!("{part}: {fault}")));
        self.disturbances.extend(measured.disturbance().map(|disturbance| format!("{part}: {disturbance}")));
    }

    /// Of several rounds of the same, the middle of each figure, and everything that was wrong with any of them.
    pub fn median(rounds: Vec<Self>) -> Option<Self> {
        let mut rows = rounds.into_iter();
        let mut sum = rows.next()?;
        for row in rows {
            sum.figures.extend(row.figures);
            sum.problems.extend(row.problems);
            sum.disturbances.extend(row.disturbances);
            sum.remarks.extend(row.remarks);
            sum.generator_share = sum.generator_share.max(row.generator_share);
        }
        sum.figures.sort_by(|one, other| one.measure.cmp(&other.measure).then(one.value.total_cmp(&other.value)));
        let by_measure = sum.figures.chunk_by(|one, other| one.measure == other.measure);
        sum.figures = by_measure.map(|figures| figures[figures.len() / 2]).collect();
        Some(sum)
    }

    pub fn value(&self, measure: Measure) -> Option<f64> {
        self.figures.iter().find(|figure| figure.measure == measure).map(|figure| figure.value)
    }
}

impl Measure {
    /// The head of the column.
    pub fn title(self) -> &'static str {
        match self {
            Self::LinesHeld => "lines/s held",
            Self::DeliveriesHeld => "deliveries/s held",
            Self::LatencyHeld => "p99 then",
            Self::OneInFlight => "deliveries/s, 1 in flight",
            Self::SixteenInFlight => "deliveries/s, 16 in flight",
            Self::ProcessorPerDelivery => "CPU per delivery",
            Self::LatencyMedian => "p50",
            Self::Latency99 => "p99",
            Self::BytesAtRest => "memory at rest",
            Self::BytesPerConnection10000 => "per connection at 10,000",
            Self::BytesPerConnection19000 => "per connection at 19,000",
            Self::IdleProcessor => "CPU when idle",
            Self::BytesGrown => "memory grown",
            Self::BurstDeliveries => "deliveries/s in the burst",
            Self::BurstLast => "until the last delivery",
            Self::BackAgain => "until all are back",
            Self::Ack99 => "ack p99 meanwhile",
            Self::DurableSends => "durable sends/s",
            Self::DurableLatency99 => "ack p99",
            Self::DurablePipelined => "sends/s, 16 in flight each",
            Self::DiskSyncs => "fsyncs/s of the disk",
            Self::PagesWithoutSession => "pages/s",
            Self::PagesCompressed => "pages/s, brotli",
            Self::PagesWithSession => "pages/s, with a session",
            Self::SameBytesAsFile => "the same as a file",
        }
    }

    /// The name in JSON.
    pub fn key(self) -> String {
        format!("{self:?}").chars().fold(String::new(), |mut key, character| {
            if character.is_ascii_uppercase() && !key.is_empty() {
                key.push('_');
            }
            key.push(character.to_ascii_lowercase());
            key
        })
    }

    pub fn unit(self) -> Unit {
        match self {
            Self::LinesHeld
            | Self::DeliveriesHeld
            | Self::OneInFlight
            | Self::SixteenInFlight
            | Self::BurstDeliveries
            | Self::DurableSends
            | Self::DurablePipelined
            | Self::DiskSyncs
            | Self::PagesWithoutSession
            | Self::PagesCompressed
            | Self::PagesWithSession
            | Self::SameBytesAsFile => Unit::PerSecond,
            Self::ProcessorPerDelivery => Unit::Microseconds,
            Self::LatencyHeld
            | Self::LatencyMedian
            | Self::Latency99
            | Self::BurstLast
            | Self::Ack99
            | Self::DurableLatency99 => Unit::Milliseconds,
            Self::BackAgain => Unit::Seconds,
            Self::BytesPerConnection10000 | Self::BytesPerConnection19000 => Unit::Kibibytes,
            Self::BytesAtRest | Self::BytesGrown => Unit::Megabytes,
            Self::IdleProcessor => Unit::Percent,
        }
    }
}

impl Unit {
    /// The name in JSON, and behind figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::PerSecond => "/s",
            Self::Milliseconds => "ms",
            Self::Microseconds => "µs",
            Self::Seconds => "s",
            Self::Kibibytes => "KiB",
            Self::Megabytes => "MB",
            Self::Percent => "%",
        }
    }
}

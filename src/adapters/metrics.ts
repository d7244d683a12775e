/** Prometheus metrics. Only importer of prom-client. Worker processes hand in snapshots that are summed up. */
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { MetricName, Metrics } from '../ports.js';

interface Declaration {
  readonly type: 'counter' | 'histogram' | 'gauge';
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}
const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export const METRICS: Readonly<Record<MetricName, Declaration>> = {
  http_requests_total: { type: 'counter', help: 'HTTP answers', labels: ['route', 'method', 'status'] },
  http_request_seconds: {
    type: 'histogram',
    help: 'Time to answer a request',
    labels: ['route', 'method'],
    buckets: SECONDS,
  },
  notes_accepted_total: { type: 'counter', help: 'Notes stored, by kind of acceptance', labels: ['kind'] },
  notes_decided_total: { type: 'counter', help: 'Revisions decided, by strongest action', labels: ['action'] },
  decision_seconds: { type: 'histogram', help: 'From acceptance to decision', labels: [], buckets: SECONDS },
  stage_seconds: { type: 'histogram', help: 'Time of a stage', labels: ['stage'], buckets: SECONDS },
  stage_outcomes_total: { type: 'counter', help: 'Outcomes of a stage', labels: ['stage', 'status', 'why'] },
  job_outcomes_total: { type: 'counter', help: 'Outcomes of jobs', labels: ['queue', 'outcome'] },
  stale_writes_total: { type: 'counter', help: 'Results refused because a later claim owns the note', labels: [] },
  deliveries_total: { type: 'counter', help: 'Webhook attempts', labels: ['outcome'] },
  policy_breakers_total: {
    type: 'counter',
    help: 'Rules that the circuit breaker stopped',
    labels: ['rule', 'region'],
  },
  llm_requests_total: { type: 'counter', help: 'Attempts at a language model', labels: ['purpose', 'outcome'] },
  llm_seconds: {
    type: 'histogram',
    help: 'Time of one attempt at a language model',
    labels: ['purpose'],
    buckets: SECONDS,
  },
  llm_tokens_total: { type: 'counter', help: 'Tokens of answered questions', labels: ['purpose', 'kind'] },
  llm_cost_micros_total: {
    type: 'counter',
    help: 'Cost of answered questions, millionths of the configured currency',
    labels: ['purpose'],
  },
  llm_budget_left_tokens: { type: 'gauge', help: 'Tokens left for today (UTC) by region file', labels: ['region'] },
  llm_budget_left_micros: {
    type: 'gauge',
    help: 'Money left for today (UTC) by region file, millionths of the configured currency',
    labels: ['region'],
  },
  backlog_notes: { type: 'gauge', help: 'Revisions that wait for a decision', labels: [] },
  oldest_due_seconds: { type: 'gauge', help: 'Age of the oldest revision that waits', labels: [] },
  cases_open: { type: 'gauge', help: 'Open cases by desk', labels: ['desk'] },
  cases_overdue: { type: 'gauge', help: 'Open cases whose time is over', labels: [] },
};

export type MetricsSnapshot = readonly object[];
export interface ProcessMetrics extends Metrics {
  /** What this process counted, for the process that renders. */
  snapshot(): Promise<MetricsSnapshot>;
  /** The latest snapshot of another process; a later one replaces it. */
  absorb(from: string, snapshot: MetricsSnapshot): void;
  /** That process has ended: what it counted stays, its gauges say nothing about now. */
  retire(from: string): Promise<void>;
}

export function openMetrics(part: string): ProcessMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ part });
  collectDefaultMetrics({ register: registry });
  const series = new Map<MetricName, Counter | Gauge | Histogram>();
  for (const [name, declaration] of Object.entries(METRICS) as [MetricName, Declaration][]) {
    series.set(name, declare(name, declaration, registry));
  }
  const others = new Map<string, MetricsSnapshot>();
  let retired: MetricsSnapshot = [];
  /** One after the other, so that two processes that end together both count. */
  let adding: Promise<void> = Promise.resolve();
  return {
    count: (name, labels = {}, by = 1) => {
      const counter = series.get(name);
      if (counter instanceof Counter) counter.inc(declared(name, labels), by);
    },
    observe: (name, value, labels = {}) => {
      const histogram = series.get(name);
      if (histogram instanceof Histogram) histogram.observe(declared(name, labels), value);
    },
    set: (name, value, labels = {}) => {
      const gauge = series.get(name);
      if (gauge instanceof Gauge) gauge.set(declared(name, labels), value);
    },
    snapshot: () => registry.getMetricsAsJSON(),
    absorb: (from, snapshot) => void others.set(from, snapshot),
    retire: (from) => {
      const add = async (): Promise<void> => {
        const last = others.get(from)?.filter((entry) => 'type' in entry && entry.type !== 'gauge');
        const both = last === undefined ? retired : await sum([retired, last]).getMetricsAsJSON();
        others.delete(from);
        retired = both;
      };
      adding = adding.then(add, add);
      return adding;
    },
    render: async () => {
      if (others.size === 0 && retired.length === 0) return registry.metrics();
      return sum([await registry.getMetricsAsJSON(), retired, ...others.values()]).metrics();
    },
  };
}

const sum = (snapshots: readonly MetricsSnapshot[]): Registry =>
  AggregatorRegistry.aggregate(snapshots.map((snapshot) => [...snapshot]));

/** A label that is not declared is left out: counting must never break what it counts. */
const declared = (name: MetricName, labels: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).filter(([label]) => METRICS[name].labels.includes(label)));

function declare(name: MetricName, declaration: Declaration, registry: Registry): Counter | Gauge | Histogram {
  const common = { name: `polywarden_${name}`, help: declaration.help, labelNames: [...declaration.labels] };
  const registers = [registry];
  switch (declaration.type) {
    case 'counter':
      return new Counter({ ...common, registers });
    case 'gauge':
      // Every process sees the same database: the highest reading stands, not the sum.
      return new Gauge({ ...common, registers, aggregator: 'max' });
    case 'histogram':
      return new Histogram({ ...common, registers, buckets: [...(declaration.buckets ?? SECONDS)] });
  }
}

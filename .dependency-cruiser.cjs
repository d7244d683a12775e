/**
 * The direction of imports (docs: architecture, four kinds of code), one importer per vendor package, no cycles.
 * Parsed by swc, which keeps type imports; TypeScript 7 has no JavaScript API.
 */
const { dependencies } = require('./package.json');

const WORDS = '^src/((domain|ports)/[a-z0-9-]+|domain|categories|errors|plain-words|ports)\\.ts$';
const STAGES_AND_POLICY = '^src/(stages|policy)/';
const ENTRY = '^(src/main\\.ts|src/cli/|workers/)';
const DASHBOARD = '^src/dashboard/';

/** The schema language of the house; every other package is known to one file only. */
const EVERYWHERE = ['zod'];
/** The HTTP server's own file set: routes, schemas and hooks are written in its types. */
const API_ONLY = ['fastify', 'fastify-type-provider-zod'];

const oneImporter = (name) => ({
  name: `one-importer-of-${name}`,
  severity: 'error',
  module: { path: `^node_modules/${name}/`, numberOfDependentsMoreThan: 1 },
  from: { path: '^(src|workers)/' },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'words-import-words',
      severity: 'error',
      from: { path: WORDS },
      to: { path: '^(src|workers)/', pathNot: WORDS },
    },
    {
      name: 'stages-and-policy-stay-pure',
      severity: 'error',
      from: { path: STAGES_AND_POLICY },
      to: { path: '^(src|workers)/', pathNot: [WORDS, STAGES_AND_POLICY] },
    },
    {
      name: 'stages-and-policy-touch-nothing',
      severity: 'error',
      from: { path: STAGES_AND_POLICY },
      to: { path: '^(node:)?(fs|child_process|net|tls|dns|http|https|http2|worker_threads|timers)(/|$)' },
    },
    {
      name: 'nothing-imports-an-entry',
      severity: 'error',
      from: { path: '^src/', pathNot: ENTRY },
      to: { path: ENTRY },
    },
    {
      name: 'only-compose-and-entries-construct',
      comment: 'use cases, stages, the API and the pipeline know ports, not adapters',
      severity: 'error',
      from: { path: '^src/(usecases|api|pipeline\\.ts|jobs\\.ts|stages|policy)' },
      to: { path: '^src/adapters/' },
    },
    {
      name: 'compose-is-known-to-entries-alone',
      comment: 'what is composed gets its parts as arguments',
      severity: 'error',
      from: { path: '^src/(adapters|api|rules|usecases|pipeline\\.ts|jobs\\.ts)' },
      to: { path: '^src/compose(/|\\.ts)' },
    },
    {
      name: 'dashboard-stays-apart',
      severity: 'error',
      from: { path: '^(src|workers)/', pathNot: DASHBOARD },
      to: { path: DASHBOARD },
    },
    {
      name: 'bucket-client-loaded-by-who-uses-one',
      comment: 'a start without a bucket neither reads nor keeps it',
      severity: 'error',
      from: { path: '^(src|workers)/' },
      to: { path: '^src/adapters/blobs-bucket\\.ts$', dynamic: false },
    },
    { name: 'not-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true, path: '^\\.' } },
    {
      name: 'fastify-in-the-api-alone',
      severity: 'error',
      from: {
        path: '^(src|workers)/',
        pathNot: '^src/(api/|start/mount\\.ts|adapters/(queue-board|dashboard-files)\\.ts)',
      },
      to: { path: `^node_modules/(${API_ONLY.join('|')})/` },
    },
    ...Object.keys(dependencies)
      .filter((name) => !EVERYWHERE.includes(name) && !API_ONLY.includes(name))
      .map(oneImporter),
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(src/generated|src/dashboard)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};

/** The words of the house: plain values that every layer shares. No effects, no vendor types. */
export * from './domain/case.js';
export * from './domain/decision.js';
export * from './domain/evidence.js';
export * from './domain/findings.js';
export * from './domain/hashes.js';
export * from './domain/note.js';
export * from './domain/opinion.js';
export * from './domain/outcome.js';
export * from './domain/picture.js';
export * from './domain/times.js';

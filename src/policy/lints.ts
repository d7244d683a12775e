/** Everything that is ever said against a policy file, each with a stable id. The reference of the authors lists it. */
export type FaultKind = 'syntax' | 'schema' | 'cycle' | 'expression' | 'reference' | 'lint';

interface Lint {
  /** An error keeps the files out of force, a warning does not. */
  readonly level: 'error' | 'warning';
  readonly kind: FaultKind;
  readonly about: string;
}
const error = (kind: FaultKind, about: string): Lint => ({ level: 'error', kind, about });
const warning = (about: string): Lint => ({ level: 'warning', kind: 'lint', about });

export const LINTS = {
  yaml: error('syntax', 'the file is not YAML 1.2'),
  tab: error('syntax', 'a tab; YAML is indented with spaces'),
  encoding: error('syntax', 'the file is not saved as UTF-8'),
  'turned-text': error('syntax', 'a hidden character that shows letters in another order than they are read'),
  'too-big': error('syntax', 'the file is larger than 4 MiB'),
  'too-deep': error('syntax', 'brackets inside brackets, more than 64 deep'),
  aliases: error('syntax', 'more anchors are repeated than a person would write, or one is missing'),

  'unknown-word': error('schema', 'a key that does not belong there'),
  'wrong-value': error('schema', 'a value of the wrong kind, or none of the known words'),
  'missing-file': error('reference', 'there is no global.yaml'),
  'stray-file': warning('a file that nobody reads, by its name or its place'),
  'file-name': error('reference', 'the id or language in the file is not the name of the file'),
  'unknown-region': error('reference', 'neither a country code of ISO 3166-1 nor global or eu'),
  'unknown-parent': error('reference', 'extends names a file that is not there'),
  cycle: error('cycle', 'files extend each other in a circle'),
  'two-groups': error('reference', 'a country is a member of two groups'),

  'duplicate-rule': error('reference', 'two rules of one file have the same id'),
  'incomplete-rule': error('reference', 'a new rule lacks one of its parts'),
  'cel-syntax': error('expression', 'the condition cannot be read'),
  'cel-type': error('expression', 'an unknown field or function, or a value of the wrong type'),
  'cel-word': error('expression', 'a quoted word that is no category, step, contact, flag, sign, score or language'),
  'cel-term': error('expression', 'found_term or found_in asks for an entry or a group that is in no bank'),
  'cel-pattern': error('expression', 'a pattern that could run away (look-around, back-references) or cannot be read'),
  'cel-refused': error('expression', 'a part of CEL that may not be used here, such as matches'),
  'cel-equality': error('expression', 'a score is compared with == or !='),
  'cel-range': error('expression', 'a score, which lies between 0 and 1, is compared with a figure beyond'),
  'cel-cost': error('expression', 'the condition is too long, too deep, or walks lists inside lists'),
  'unknown-threshold': error('reference', 'the region has no threshold of that step'),
  'unknown-ground': error('reference', 'a law that is no key of grounds'),
  'unknown-clause': error('reference', 'a clause that is no key of terms'),
  'unknown-source': error('reference', 'cites names neither a law nor a clause'),
  'no-ground': error('reference', 'a rule rests on neither a law nor a clause'),
  severity: error('reference', 'the severity of a rule or of a term is above the most that its category knows'),
  ladder: error('reference', 'the action is stronger than the region takes by itself at that severity'),
  'unconfirmed-removal': error('reference', 'a removal of severity 3 that no person confirms'),
  'unproven-removal': error(
    'reference',
    'model_alone would take notes away on the word of a model that nobody has measured in the language',
  ),
  'selfharm-help': error('reference', 'a person at risk would be restricted instead of helped'),
  'allow-without-exempts': error('reference', 'a rule allows and does not say what it exempts'),
  'exempts-without-allow': error('reference', 'a rule exempts although it does not allow'),
  'allow-beats-severity-4': error('reference', 'a rule would let through what has severity 4'),
  fallback: error('reference', 'a fallback that is not milder than the action, or that cannot be taken either'),
  'local-law-removal': error('reference', 'a removal everywhere that rests on the law of one country alone'),
  'silent-restriction': error('reference', 'a restriction without a notice where the law asks for reasons'),
  'unknown-notice': error('reference', 'the notice has no sentence in a language of the region'),
  'unknown-language': error('reference', 'there is no file of sentences for a notice language'),
  'eu-notice': error('reference', 'an EU file switches notices off'),
  'eu-appeal': error('reference', 'an EU file gives less than six months for an appeal'),
  'stage-into-allow': error('reference', 'a stage that is required would fail into allow'),
  'unknown-sentence': error('reference', 'a sentence that is not in notices/en.yaml'),
  blanks: error(
    'reference',
    'a sentence has other blanks in braces than the English one, or a message another than {by}',
  ),

  'term-file': error('schema', 'an unknown key, category or value in a bank'),
  'term-duplicate': error('reference', 'the id of a term is used twice'),
  'term-braces': error('schema', 'a choice in braces that cannot be read'),
  'term-pattern': error('schema', 'a wording written as a pattern, which nothing would ever match'),
  'term-short': error('schema', 'a term too short for its script: it would hide inside other words'),
  'term-context': error('schema', 'a reading that is noise without context words'),

  'clause-title': warning('authors would read the title of a clause in the language of the region file'),
  'review-expired': warning('the day of the next review has passed'),
  'ends-early': warning('the file ends before it begins'),
  'threshold-order': warning('a threshold lies below a milder one'),
  'threshold-same': warning('a threshold repeats what the file inherits'),
  'left-group': warning('a group names the country among its members, and the file does not build on the group'),
  'unknown-label': warning('an accepted advertising label that detection does not know'),
  'clock-start': warning('the hours of a clock would count from another moment than it says'),
  'never-kept': warning('a term of preserve that no enforced rule with the side action preserve begins'),
  uncited: warning('a value differs from the file above and names no source'),
  constant: warning('the condition is the same for every note'),
  'never-fires': warning(
    'no note can meet the condition: it asks for two things that exclude each other, or unless takes it out again',
  ),
  'region-apart': warning('region.id is compared with a region in which the condition is never asked'),
  unreachable: warning('another rule takes all of its notes and is as strong, or lets all of them through'),
  'few-tests': warning('a rule has fewer than one test that matches and two that do not'),
  'test-unread': warning('a test with a text says what was found, which the pipeline finds by itself'),
  'untested-language': warning('a rule claims a language and has no test that matches in it'),
} as const satisfies Readonly<Record<string, Lint>>;
export type LintId = keyof typeof LINTS;
export const LINT_IDS = Object.keys(LINTS) as readonly LintId[];

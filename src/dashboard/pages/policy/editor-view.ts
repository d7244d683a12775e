/** CodeMirror with words of the vocabulary and faults in place. Only importer of CodeMirror. */
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { yaml } from '@codemirror/lang-yaml';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorView } from '@codemirror/view';
import { basicSetup } from 'codemirror';
import type { Tried, Words } from './api.js';

export interface RuleEditorView {
  /** A text from outside; what stands there already is left alone. */
  show(text: string): void;
  mark(faults: Tried['faults']): void;
  know(words: Words): void;
  close(): void;
}
interface Options {
  readonly root: ShadowRoot;
  readonly label: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** Paper: the colours of the words are made for a light ground. The dark scheme turns the whole over (styles.css). */
const [PAPER, INK, SHADE, EDGE] = ['#ffffff', '#12181b', '#edf1f3', '#ced4da'];
const THEME = EditorView.theme({
  '&': {
    fontSize: '14px',
    border: `1px solid ${EDGE}`,
    borderRadius: '6px',
    background: PAPER,
    color: INK,
  },
  '.cm-scroller': {
    fontFamily: 'ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace',
    minHeight: '16rem',
    maxHeight: '32rem',
  },
  '.cm-gutters': { background: SHADE, color: '#4f5b62', border: '0' },
  '.cm-activeLine, .cm-activeLineGutter': { background: SHADE },
  '.cm-content': { caretColor: INK },
  '.cm-cursor': { borderLeftColor: INK },
  '&.cm-focused': { outline: '2px solid #0b6b7d' },
  '.cm-tooltip': { background: PAPER, color: INK, border: `1px solid ${EDGE}` },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { background: '#0b6b7d', color: PAPER },
});

function completionsOf(words: Words): readonly Completion[] {
  const entry =
    (type: string) =>
    (word: { name: string; type: string; doc: string }): Completion => ({
      label: word.name,
      type,
      detail: word.type,
      info: word.doc,
    });
  const plain =
    (type: string) =>
    (label: string): Completion => ({ label, type });
  return [
    ...words.fields.map(entry('variable')),
    ...words.functions.map((word): Completion => ({ ...entry('function')(word), apply: `${word.name}(` })),
    ...words.builtIn.map(plain('function')),
    ...words.categories.map(entry('enum')),
    ...words.actions.map(plain('keyword')),
    ...Object.values(words.words).flatMap((list) => list.map(plain('enum'))),
    ...words.keys.map((key): Completion => ({ label: key, type: 'property', apply: `${key}: ` })),
  ];
}

/** Tab is not bound, so that it moves on as everywhere (WCAG 2.1.2). */
export function openEditor({ root, label, text, onChange }: Options): RuleEditorView {
  let known: readonly Completion[] = [];
  const complete = (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(/[\w.-]+/);
    if (word === null && !context.explicit) return null;
    return { from: word?.from ?? context.pos, options: [...known], validFor: /^[\w.-]*$/ };
  };
  const view = new EditorView({
    doc: text,
    root,
    parent: root,
    extensions: [
      basicSetup,
      yaml(),
      lintGutter(),
      autocompletion({ override: [complete] }),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': label }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onChange(update.state.doc.toString());
      }),
      THEME,
    ],
  });
  return {
    show(next) {
      if (next === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    mark(faults) {
      const { doc } = view.state;
      const diagnostics = faults.map((fault): Diagnostic => {
        const line = doc.line(Math.min(doc.lines, fault.line ?? 1));
        const from = Math.min(line.to, line.from + Math.max(0, (fault.column ?? 1) - 1));
        const word = /^[\w.]+/.exec(doc.sliceString(from, line.to))?.[0].length ?? 1;
        return { from, to: Math.min(line.to, from + word), severity: fault.level, message: fault.message };
      });
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    know(words) {
      known = completionsOf(words);
    },
    close: () => view.destroy(),
  };
}

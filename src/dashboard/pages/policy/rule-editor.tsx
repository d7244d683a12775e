import { useEffect, useRef } from 'react';
import type { Tried, Words } from './api.js';
import { openEditor, type RuleEditorView } from './editor-view.js';

interface RuleEditorProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly faults: Tried['faults'];
  readonly words: Words | undefined;
}

/** In a shadow root: there the editor's styles are adopted style sheets, which the content security policy allows. */
export function RuleEditor({ label, value, onChange, faults, words }: RuleEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<RuleEditorView | null>(null);
  const heard = useRef(onChange);
  const first = useRef(value);
  heard.current = onChange;
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
    const opened = openEditor({ root, label, text: first.current, onChange: (text) => heard.current(text) });
    view.current = opened;
    return () => {
      view.current = null;
      opened.close();
    };
  }, [label]);
  useEffect(() => view.current?.show(value), [value]);
  useEffect(() => view.current?.mark(faults), [faults]);
  useEffect(() => {
    if (words !== undefined) view.current?.know(words);
  }, [words]);
  return <div ref={host} className="rule-editor" dir="ltr" />;
}

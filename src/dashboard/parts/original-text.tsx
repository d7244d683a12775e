import { useTranslation } from 'react-i18next';
import type { NoteFinding } from '../api/types.js';
import { cutHidden, cutSegments, type Segment } from '../cut-segments.js';

interface OriginalTextProps {
  readonly text: string;
  readonly part: string;
  readonly findings: readonly NoteFinding[];
  /** The finding that the reader points at. */
  readonly active: number | null;
  readonly language: string | undefined;
}

function Characters({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  return cutHidden(text).map((piece) =>
    piece.hidden === null ? (
      piece.text
    ) : (
      <span
        key={piece.start}
        className="hidden-char"
        data-code={piece.hidden}
        title={t('note:invisible', { code: piece.hidden })}
      >
        {piece.text}
      </span>
    ),
  );
}

function Marked({
  segment,
  findings,
  active,
}: {
  segment: Segment;
  findings: readonly NoteFinding[];
  active: number | null;
}) {
  const hits = segment.findings.flatMap((index) => findings[index] ?? []);
  const first = hits[0];
  if (first === undefined) return <Characters text={segment.text} />;
  return (
    <mark
      data-source={first.source}
      data-active={active !== null && segment.findings.includes(active)}
      title={hits.map((hit) => `${hit.category} (${hit.source}, ${hit.detector})`).join('\n')}
    >
      <Characters text={segment.text} />
    </mark>
  );
}

/** The author's own words: text nodes only, in their own direction, unable to reorder the page around them. */
export function OriginalText({ text, part, findings, active, language }: OriginalTextProps) {
  return (
    <p dir="auto" lang={language} className={part === 'title' ? 'original title' : 'original'}>
      {cutSegments(text, part, findings).map((segment) => (
        <Marked key={segment.start} segment={segment} findings={findings} active={active} />
      ))}
    </p>
  );
}

import { Loader } from '@mantine/core';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { useNote } from '../api/queries.js';
import type { NoteDetail, NoteRevision } from '../api/types.js';
import { languageName } from '../language-name.js';
import { DecisionCard } from '../parts/decision-card.js';
import { Fault } from '../parts/fault.js';
import { FindingsTable } from '../parts/findings-table.js';
import { Legend } from '../parts/legend.js';
import { OriginalText } from '../parts/original-text.js';
import { TraceTable } from '../parts/trace-table.js';
import { When } from '../parts/when.js';

function Words({ revision, active }: { readonly revision: NoteRevision; readonly active: number | null }) {
  if (revision.note === null) return <p className="quiet">The text of this revision is no longer kept.</p>;
  const findings = revision.evidence?.findings ?? [];
  const language = revision.evidence?.languages[0]?.tag;
  const shared = { findings, active, language: language === 'und' ? undefined : language };
  return (
    <>
      {revision.note.title !== '' && <OriginalText {...shared} part="title" text={revision.note.title} />}
      <OriginalText {...shared} part="body" text={revision.note.body} />
      <Legend findings={findings} />
    </>
  );
}

function Facts({ note, revision }: { readonly note: NoteDetail; readonly revision: NoteRevision }) {
  const languages = revision.evidence?.languages ?? [];
  const signs = [...new Set(revision.evidence?.signs.flatMap((part) => part.signs) ?? [])];
  return (
    <p className="small quiet">
      <span className="mono">{note.externalId}</span> · revision {revision.revision} of {note.revisions.length} ·
      accepted <When at={revision.acceptedAt} />
      {languages.length > 0 &&
        ` · ${languages.map(({ tag, confidence }) => `${languageName(tag)} ${Math.round(confidence * 100)} %`).join(', ')}`}
      {signs.length > 0 && ` · signs of disguise: ${signs.join(', ')}`}
    </p>
  );
}

function NoteView({ note }: { readonly note: NoteDetail }) {
  const [active, setActive] = useState<number | null>(null);
  const newest = Math.max(...note.revisions.map((revision) => revision.revision));
  const revision = note.revisions.find((one) => one.revision === newest);
  if (revision === undefined) return <p className="quiet">This note has no revision.</p>;
  const decisions = note.decisions.filter((decision) => decision.revision === newest);
  return (
    <>
      <section className="sheet" aria-label="The note as it was written">
        <Words revision={revision} active={active} />
        <Facts note={note} revision={revision} />
      </section>
      <section className="sheet">
        <h2>Decisions</h2>
        {decisions.length === 0 && <p className="quiet">No decision yet: the note is {note.status}.</p>}
        {decisions.map((decision) => (
          <DecisionCard key={decision.decisionId} decision={decision} />
        ))}
      </section>
      <section className="sheet">
        <h2>Findings</h2>
        <FindingsTable findings={revision.evidence?.findings ?? []} active={active} onActive={setActive} />
      </section>
      <section className="sheet">
        <h2>Stages</h2>
        <TraceTable trace={revision.trace} />
      </section>
    </>
  );
}

export function NotePage() {
  const { noteId = '' } = useParams();
  const note = useNote(noteId);
  return (
    <>
      <title>Note · Polywarden</title>
      <div className="row spread">
        <h1>Note</h1>
        <Link to="/notes">All notes</Link>
      </div>
      {note.isPending && <Loader aria-label="Loading" />}
      {note.error !== null && <Fault error={note.error} />}
      {note.data !== undefined && <NoteView note={note.data} />}
    </>
  );
}

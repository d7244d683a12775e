import { Button, Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useStep } from '../../api/case.js';
import type { CaseDetail, NoteRef } from '../../api/types.js';
import { useFormat } from '../../format.js';
import { ActionBadge } from '../../parts/action-badge.js';
import { Fault } from '../../parts/fault.js';
import { FindingsTable } from '../../parts/findings-table.js';
import { TraceTable } from '../../parts/trace-table.js';
import { When } from '../../parts/when.js';
import { useKept } from '../../use-kept.js';
import { useWords } from '../../words.js';

function Notes({ notes }: { readonly notes: readonly NoteRef[] }) {
  const { t } = useTranslation();
  return (
    <ul className="plain refs">
      {notes.map((note) => (
        <li key={note.noteId}>
          <Link to={`/notes/${encodeURIComponent(note.noteId)}`} dir="auto" className="foreign">
            {note.title === null || note.title === '' ? note.externalId : note.title}
          </Link>
          <ActionBadge action={note.strongest} />
          <span className="small quiet">
            <When at={note.createdAt} />
            {note.byPerson && ` · ${t('words:by.person')}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

export function Author({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const { author } = detail;
  if (author === null) return null;
  const facts = [
    author.region?.toUpperCase() ?? null,
    author.accountType === null ? null : t(`case:account.${author.accountType}`),
    author.verified === null ? null : t(author.verified ? 'case:verified' : 'case:not-verified'),
    author.ageBand === null ? null : t('case:age-band', { band: author.ageBand.replaceAll('_', '–') }),
    author.accountCreatedAt === null ? null : t('case:since', { at: format.moment(author.accountCreatedAt) }),
  ].filter((fact) => fact !== null);
  return (
    <section className="sheet stack">
      <h2>
        {t('case:author')} <bdi className="mono">{author.id}</bdi>
      </h2>
      <p className="no-margin">
        {t('case:author-figures', {
          notes: format.count(author.notes),
          restricted: format.count(author.restricted),
          strikes: format.count(author.strikes.length),
          weight: format.count(author.strikeWeight),
        })}
      </p>
      {facts.length > 0 && <p className="small quiet no-margin">{facts.join(' · ')}</p>}
      {author.strikes.length > 0 && (
        <ul className="small">
          {author.strikes.map((strike) => (
            <li key={strike.decisionId}>
              <Link to={`/notes/${encodeURIComponent(strike.noteId)}`}>{words.category(strike.category)}</Link>
              {` · ${t('queue:severity-of', { value: strike.severity })} · ${t('case:until', { at: format.moment(strike.expiresAt) })}`}
            </li>
          ))}
        </ul>
      )}
      {author.recent.length > 0 && <h3>{t('case:recent')}</h3>}
      <Notes notes={author.recent} />
    </section>
  );
}

export function Similar({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const { sameText } = detail.similar;
  const campaign = detail.similar.campaign.filter((note) => sameText.every(({ noteId }) => noteId !== note.noteId));
  if (sameText.length + campaign.length === 0) return null;
  return (
    <section className="sheet stack">
      <h2>{t('case:similar')}</h2>
      {sameText.length > 0 && <h3>{t('case:same-text')}</h3>}
      <Notes notes={sameText} />
      {campaign.length > 0 && <h3>{t('case:campaign')}</h3>}
      <Notes notes={campaign} />
    </section>
  );
}

export function People({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  if (detail.decisions.length === 0) return null;
  return (
    <section className="sheet stack">
      <h2>{t('case:people')}</h2>
      <ul className="plain">
        {detail.decisions.map((one) => (
          <li key={`${one.submissionId} ${one.decisionId}`}>
            <div className="row">
              <bdi>{one.by.login}</bdi>
              <ActionBadge action={one.action} />
              <span>{format.regions(one.regions)}</span>
              {one.category !== null && <span>{words.category(one.category)}</span>}
              {one.undoneAt !== null && <strong>{t('case:undone')}</strong>}
              <span className="small quiet">
                <When at={one.at} />
              </span>
            </div>
            {one.reason !== null && <p dir="auto">{one.reason}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Comments({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const comment = useStep(detail.case.id, 'comments');
  const [text, setText] = useKept(`comment ${detail.case.id}`, () => '');
  return (
    <section className="sheet stack">
      <h2>{t('case:comments')}</h2>
      {detail.comments.map((one) => (
        <p key={one.id} className="no-margin">
          <strong>
            <bdi>{one.by.login}</bdi>
          </strong>{' '}
          <span className="small quiet">
            <When at={one.at} />
          </span>
          <br />
          <span dir="auto" className="foreign">
            {one.text}
          </span>
        </p>
      ))}
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== '') comment.mutate({ text: text.trim() }, { onSuccess: () => setText(() => '') });
        }}
      >
        <Textarea
          name="text"
          label={t('case:comment')}
          value={text}
          onChange={(event) => {
            const { value } = event.currentTarget;
            setText(() => value);
          }}
          rows={2}
          dir="auto"
          maxLength={4_000}
        />
        {comment.error !== null && <Fault error={comment.error} />}
        <div>
          <Button type="submit" variant="default" loading={comment.isPending}>
            {t('common:send')}
          </Button>
        </div>
      </form>
    </section>
  );
}

export function Trace({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  return (
    <details className="sheet">
      <summary>
        <h2 className="inline">{t('case:trace')}</h2>
      </summary>
      <h3>{t('note:findings')}</h3>
      <FindingsTable findings={detail.evidence?.findings ?? []} active={null} onActive={() => undefined} />
      <h3>{t('note:stages')}</h3>
      <TraceTable trace={detail.trace} />
      <p>
        <Link to={`/notes/${encodeURIComponent(detail.note.id)}`}>{t('case:whole-note')}</Link>
      </p>
    </details>
  );
}

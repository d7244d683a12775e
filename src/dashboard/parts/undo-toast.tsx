/** The window in which a decision can be taken back; it stays while the next case is read, and after a reload. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMatch, useNavigate } from 'react-router';
import { caseQuery } from '../api/case.js';
import { useSend } from '../api/queries.js';
import type { DecidedAlike, Lease } from '../api/types.js';
import { useFormat } from '../format.js';
import { useShortcuts } from '../shortcuts.js';
import { useKept } from '../use-kept.js';
import { useWords } from '../words.js';
import { Fault } from './fault.js';

export interface Undoable {
  readonly submissionId: string;
  readonly until: string;
  /** The filters of the queue that the person was working on. */
  readonly view: string;
  /** What became of others that were to be decided like it. */
  readonly alike?: readonly DecidedAlike[] | undefined;
}
const more = ({ alike: had = [] }: Undoable, { alike: has = [] }: Undoable): readonly DecidedAlike[] =>
  has.length > had.length ? has : had;
const Context = createContext<(undoable: Undoable) => void>(() => undefined);
export const useOfferUndo = () => useContext(Context);

export function UndoProvider({ children }: { readonly children: ReactNode }) {
  const [undoable, setUndoable] = useKept<Undoable | null>('undo', () => null);
  // The case tells of the same decision too, and knows nothing of those that were refused.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it asks for what is kept when it is called
  const offer = useMemo(
    () => (next: Undoable) =>
      setUndoable((old) => (old?.submissionId === next.submissionId ? { ...next, alike: more(old, next) } : next)),
    [],
  );
  return (
    <Context.Provider value={offer}>
      {children}
      {undoable !== null && (
        <Toast key={undoable.submissionId} undoable={undoable} onDone={() => setUndoable(() => null)} />
      )}
    </Context.Provider>
  );
}

function useSecondsLeft(until: string): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.ceil((Date.parse(until) - now) / 1_000));
}

function Toast({ undoable, onDone }: { readonly undoable: Undoable; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const send = useSend();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const secondsLeft = useSecondsLeft(undoable.until);
  const openCase = useMatch('/cases/:caseId')?.params.caseId ?? null;
  const release = async (caseId: string, epoch: number): Promise<void> => {
    const path = `/v1/cases/${encodeURIComponent(caseId)}/release`;
    await send({ method: 'POST', path, body: { epoch } }).catch(() => undefined);
  };
  // Whoever goes back leaves the case on the screen to others, and meets it again when it is the next one.
  const giveBack = async (caseId: string): Promise<void> => {
    const lease = queries.getQueryData(caseQuery(caseId).queryKey)?.lease ?? null;
    if (lease !== null) await release(caseId, lease.epoch);
  };
  const take = (submissionId: string) =>
    send<{ readonly lease: Lease }>({
      method: 'POST',
      path: `/v1/submissions/${encodeURIComponent(submissionId)}/undo`,
    });
  const alike = undoable.alike ?? [];
  const done = alike.filter(({ refused }) => refused === null);
  const [notTaken, setNotTaken] = useState<readonly DecidedAlike[]>([]);
  const undo = useMutation({
    mutationFn: async () => {
      const { lease } = await take(undoable.submissionId);
      const left: DecidedAlike[] = [];
      for (const one of done) {
        try {
          // They go back to the queue; the one that was open stays mine.
          const { lease: own } = await take(one.submissionId ?? '');
          await release(own.caseId, own.epoch);
        } catch {
          left.push(one);
        }
      }
      return { lease, left };
    },
    onSuccess: async ({ lease, left }) => {
      if (left.length === 0) onDone();
      else setNotTaken(left);
      if (openCase !== null && openCase !== lease.caseId) await giveBack(openCase);
      // As it is now, under its new claim: what was read before the decision must not be acted on.
      const asked = caseQuery(lease.caseId);
      await queries.cancelQueries(asked);
      // A page that goes while it is read takes the reading with it; then the next page reads it.
      await queries.invalidateQueries({ ...asked, refetchType: 'none' });
      await queries.fetchQuery(asked).catch(() => undefined);
      await navigate({ pathname: `/cases/${encodeURIComponent(lease.caseId)}`, search: undoable.view });
    },
  });
  const run = () => {
    if (!undo.isPending && !undo.isSuccess && secondsLeft > 0) undo.mutate();
  };
  useShortcuts([{ key: 'u', label: t('case:undo'), group: t('case:keys.decide'), run }]);
  const isRefused = undo.error !== null;
  const notDecided = alike.filter(({ refused }) => refused !== null);
  // What did not happen is read before it goes.
  const stays = isRefused || notTaken.length + notDecided.length > 0;
  useEffect(() => {
    if (secondsLeft === 0 && !undo.isPending && !stays) onDone();
  });
  // The window may close while the step is on its way: whoever asked in time is told that the decision stands.
  const isOver = notTaken.length > 0 || (secondsLeft === 0 && stays);
  return (
    <div className="toast" role="status">
      {undo.error !== null && <Fault error={undo.error} />}
      <div>
        {notTaken.length === 0 && t('case:undo.decided')}
        {notTaken.length === 0 && done.length > 0 && ` ${t('case:alike.done', { n: done.length })}`}
        {notTaken.length > 0 && <Told said="case:alike.stand" of={notTaken} />}
        {notDecided.length > 0 && notTaken.length === 0 && <Told said="case:alike.refused" of={notDecided} />}
      </div>
      {isOver ? (
        <Button variant="default" size="compact-md" onClick={onDone}>
          {t('common:close')}
        </Button>
      ) : (
        <Button variant="default" size="compact-md" loading={undo.isPending} onClick={run}>
          {t('case:undo')} <kbd>{'u'}</kbd>
        </Button>
      )}
      {!isOver && (
        <span className="quiet small" aria-hidden="true">
          {format.span(secondsLeft * 1_000)}
        </span>
      )}
    </div>
  );
}

/** Each by the id of its note, with the server's reason where there is one. */
function Told({ said, of }: { readonly said: string; readonly of: readonly DecidedAlike[] }) {
  const { t, i18n } = useTranslation();
  const { code } = useWords();
  const ids = of.map(({ caseId, externalId, refused }) => {
    const id = externalId ?? caseId;
    return refused === null ? id : `${id} (${code(refused.code)})`;
  });
  return <div className="small">{t(said, { ids: new Intl.ListFormat(i18n.language).format(ids) })}</div>;
}

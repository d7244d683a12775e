/** The window in which a decision can be taken back; it stays while the next case is read. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMatch, useNavigate } from 'react-router';
import { caseQuery } from '../api/case.js';
import { useSend } from '../api/queries.js';
import type { Lease } from '../api/types.js';
import { useFormat } from '../format.js';
import { useShortcuts } from '../shortcuts.js';
import { Fault } from './fault.js';

export interface Undoable {
  readonly submissionId: string;
  readonly until: string;
  /** The filters of the queue that the person was working on. */
  readonly view: string;
}
const Context = createContext<(undoable: Undoable) => void>(() => undefined);
export const useOfferUndo = () => useContext(Context);

export function UndoProvider({ children }: { readonly children: ReactNode }) {
  const [undoable, setUndoable] = useState<Undoable | null>(null);
  const offer = useMemo(() => (next: Undoable) => setUndoable(next), []);
  return (
    <Context.Provider value={offer}>
      {children}
      {undoable !== null && <Toast key={undoable.submissionId} undoable={undoable} onDone={() => setUndoable(null)} />}
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
  // Whoever goes back leaves the case on the screen to others, and meets it again when it is the next one.
  const giveBack = async (caseId: string): Promise<void> => {
    const lease = queries.getQueryData(caseQuery(caseId).queryKey)?.lease ?? null;
    if (lease === null) return;
    const path = `/v1/cases/${encodeURIComponent(caseId)}/release`;
    await send({ method: 'POST', path, body: { epoch: lease.epoch } }).catch(() => undefined);
  };
  const undo = useMutation({
    mutationFn: () =>
      send<{ readonly lease: Lease }>({
        method: 'POST',
        path: `/v1/submissions/${encodeURIComponent(undoable.submissionId)}/undo`,
      }),
    onSuccess: async ({ lease }) => {
      onDone();
      if (openCase !== null && openCase !== lease.caseId) await giveBack(openCase);
      // As it is now, under its new claim: what was read before the decision must not be acted on.
      await queries.fetchQuery({ ...caseQuery(lease.caseId), staleTime: 0 }).catch(() => undefined);
      await navigate({ pathname: `/cases/${encodeURIComponent(lease.caseId)}`, search: undoable.view });
    },
  });
  const run = () => {
    if (!undo.isPending && secondsLeft > 0) undo.mutate();
  };
  useShortcuts([{ key: 'u', label: t('case:undo'), group: t('case:keys.decide'), run }]);
  const refused = undo.error !== null;
  useEffect(() => {
    if (secondsLeft === 0 && !undo.isPending && !refused) onDone();
  });
  // The window may close while the step is on its way: whoever asked in time is told that the decision stands.
  const isOver = secondsLeft === 0 && refused;
  return (
    <div className="toast" role="status">
      {undo.error !== null && <Fault error={undo.error} />}
      <span>{t('case:undo.decided')}</span>
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

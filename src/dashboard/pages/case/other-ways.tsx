import { Button, Checkbox, NativeSelect, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useColleagues, useStep } from '../../api/case.js';
import { ApiError } from '../../api/client.js';
import type { CaseDetail, Colleague } from '../../api/types.js';
import { useFormat } from '../../format.js';
import { Dialog } from '../../parts/dialog.js';
import { Fault } from '../../parts/fault.js';
import { useShortcuts } from '../../shortcuts.js';
import type { Turn } from '../../use-turn.js';

const DIALOGS = ['native-speaker', 'ask', 'hand-over', 'escalate'] as const;
type DialogName = (typeof DIALOGS)[number];
const TARGETS = ['senior', 'legal', 'child_safety'] as const;

interface WayProps {
  readonly detail: CaseDetail;
  readonly epoch: number;
  readonly turn: Turn;
  /** The case is out of my hands. */
  readonly goOn: () => Promise<void>;
}
interface DialogProps extends WayProps {
  readonly name: DialogName;
  readonly onClose: () => void;
}

/** Who reads one of the languages by name comes first. */
const isNamed = (wanted: readonly string[], { languages }: Colleague): boolean =>
  wanted.some((tag) => languages?.includes(tag) === true || languages?.includes(tag.split('-')[0] ?? tag) === true);

interface ColleagueProps {
  readonly detail: CaseDetail;
  readonly way: 'asked' | 'takes';
}

/** Those who can, and beneath them what is in the way of the others. */
function ColleagueChoice({ detail, way }: ColleagueProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const colleagues = useColleagues(detail.case.id);
  const { error, data } = colleagues;
  if (error !== null) return <Fault error={error} />;
  const wanted = languagesOf(detail);
  const people = (data?.items ?? []).toSorted((a, b) => Number(isNamed(wanted, b)) - Number(isNamed(wanted, a)));
  const able = people.filter(({ obstacles }) => obstacles[way] === null);
  if (data !== undefined && able.length === 0) return <p className="quiet">{t('case:no-colleague')}</p>;
  const nameOf = ({ login, role, languages }: Colleague): string =>
    `${login} · ${t(`words:role.${role}`)} · ${languages === null ? t('users:all') : languages.map(format.language).join(', ')}`;
  const others = people.flatMap((person) => {
    const obstacle = person.obstacles[way];
    return obstacle === null
      ? []
      : [{ value: person.id, label: `${person.login} · ${t(`case:cannot.${obstacle}`)}`, disabled: true }];
  });
  return (
    <NativeSelect
      name="to"
      data-autofocus
      label={t('case:colleague')}
      required
      withAsterisk={false}
      data={[
        { group: t('case:colleagues.can'), items: able.map((person) => ({ value: person.id, label: nameOf(person) })) },
        ...(others.length === 0 ? [] : [{ group: t('case:colleagues.cannot'), items: others }]),
      ]}
    />
  );
}

/** What the note is written in, the language of the case first. */
function languagesOf({ case: row, parts }: CaseDetail): readonly string[] {
  const tags = parts.flatMap(({ languages }) => languages.map(({ tag }) => tag)).filter((tag) => tag !== 'und');
  return [...new Set(row.language === null ? tags : [row.language, ...tags])];
}

interface StepFaultProps {
  readonly detail: CaseDetail;
  readonly step: Pick<ReturnType<typeof useStep>, 'error' | 'variables'>;
}

/** Why a step was refused; of a language that nobody reads by its name. */
function StepFault({ detail, step: { error, variables } }: StepFaultProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (error === null) return null;
  const { language = detail.case.language }: { readonly language?: string | null } = variables ?? {};
  const isUnread = error instanceof ApiError && error.code === 'no_speaker';
  const said = isUnread ? t('case:no-speaker', { language: format.language(language) }) : undefined;
  return <Fault error={error} said={said} answers />;
}

function LanguageChoice({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <NativeSelect
      name="language"
      data-autofocus
      label={t('queue:language')}
      data={languagesOf(detail).map((tag) => ({ value: tag, label: format.language(tag) }))}
    />
  );
}

function bodyOf(name: DialogName, form: FormData, epoch: number): object {
  const text = String(form.get('text') ?? '').trim();
  switch (name) {
    case 'native-speaker':
      return { epoch, language: form.get('language') };
    case 'ask':
      return { to: form.get('to'), blind: form.has('blind'), question: text };
    case 'hand-over':
      return { epoch, to: form.get('to') };
    case 'escalate':
      return { epoch, desk: form.get('desk'), ...(text === '' ? {} : { comment: text }) };
  }
}

function WayDialog({ name, detail, epoch, turn, goOn, onClose }: DialogProps) {
  const { t } = useTranslation();
  const step = useStep(detail.case.id, name);
  return (
    <Dialog title={t(`case:${name}`)} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          const body = bodyOf(name, new FormData(event.currentTarget), epoch);
          turn(async () => {
            await step.mutateAsync(body);
            onClose();
            if (name !== 'ask') await goOn();
          });
        }}
      >
        {name === 'native-speaker' && <LanguageChoice detail={detail} />}
        {name === 'escalate' && (
          <NativeSelect
            name="desk"
            data-autofocus
            label={t('queue:desk')}
            data={TARGETS.map((desk) => ({ value: desk, label: t(`words:desk.${desk}`) }))}
          />
        )}
        {name === 'ask' && <ColleagueChoice detail={detail} way="asked" />}
        {name === 'hand-over' && <ColleagueChoice detail={detail} way="takes" />}
        {(name === 'ask' || name === 'escalate') && (
          <Textarea
            name="text"
            label={t(name === 'ask' ? 'case:question' : 'case:comment')}
            required={name === 'ask'}
            withAsterisk={false}
            rows={3}
            dir="auto"
          />
        )}
        {name === 'ask' && <Checkbox name="blind" label={t('case:ask-blind')} />}
        <StepFault detail={detail} step={step} />
        <Button type="submit" loading={step.isPending}>
          {t('common:send')}
        </Button>
      </form>
    </Dialog>
  );
}

export function OtherWays({ detail, epoch, turn, goOn }: WayProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<DialogName | null>(null);
  const skip = useStep(detail.case.id, 'skip');
  const speaker = useStep(detail.case.id, 'native-speaker');
  const group = t('case:keys.case');
  const leave = (step: typeof skip, body: object) =>
    turn(async () => {
      await step.mutateAsync(body);
      await goOn();
    });
  const ways = [
    { key: 'l', name: 'later', run: () => leave(skip, { epoch, why: 'later' }) },
    { key: 'x', name: 'not-this-one', run: () => leave(skip, { epoch, why: 'not_this_one' }) },
    {
      key: 't',
      name: 'native-speaker',
      // A note in two languages does not say by itself which of them nobody here reads.
      run: () => (languagesOf(detail).length > 1 ? setOpen('native-speaker') : leave(speaker, { epoch })),
    },
    { key: 'a', name: 'ask', run: () => setOpen('ask') },
    { key: 'h', name: 'hand-over', run: () => setOpen('hand-over') },
    { key: 'e', name: 'escalate', run: () => setOpen('escalate') },
  ] as const;
  useShortcuts(ways.map(({ key, name, run }) => ({ key, label: t(`case:${name}`), group, run })));
  return (
    <section className="sheet" aria-label={t('case:other-ways')}>
      <StepFault detail={detail} step={speaker} />
      <StepFault detail={detail} step={skip} />
      <div className="ways">
        {ways.map(({ key, name, run }) => (
          <Button
            key={name}
            variant="default"
            size="compact-md"
            justify="space-between"
            rightSection={<kbd>{key}</kbd>}
            onClick={run}
          >
            {t(`case:${name}`)}
          </Button>
        ))}
      </div>
      {open !== null && (
        <WayDialog name={open} detail={detail} epoch={epoch} turn={turn} goOn={goOn} onClose={() => setOpen(null)} />
      )}
    </section>
  );
}

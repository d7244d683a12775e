import { Button, NativeSelect, TextInput } from '@mantine/core';
import { ACTIONS } from '../../domain.js';

interface NoteFiltersProps {
  readonly params: URLSearchParams;
  readonly onChange: (next: URLSearchParams) => void;
}

const FIELDS = ['action', 'status', 'region', 'language', 'authorId', 'externalId'] as const;
const STATUSES = ['pending', 'decided', 'held'] as const;

/** The filters are the query string, so a filtered list can be bookmarked and sent to a colleague. */
export function NoteFilters({ params, onChange }: NoteFiltersProps) {
  const initial = (name: (typeof FIELDS)[number]) => ({ name, defaultValue: params.get(name) ?? '' });
  return (
    <form
      key={params.toString()}
      className="filters"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const filled = FIELDS.map((name) => [name, String(form.get(name) ?? '').trim()]).filter(
          ([, value]) => value !== '',
        );
        onChange(new URLSearchParams(filled));
      }}
    >
      <NativeSelect {...initial('action')} label="Action" data={[{ value: '', label: 'any' }, ...ACTIONS]} />
      <NativeSelect {...initial('status')} label="Status" data={[{ value: '', label: 'any' }, ...STATUSES]} />
      <TextInput {...initial('region')} label="Region" placeholder="de" />
      <TextInput {...initial('language')} label="Language" placeholder="zh-Hans" />
      <TextInput {...initial('authorId')} label="Author" />
      <TextInput {...initial('externalId')} label="External id" />
      <div className="row">
        <Button type="submit">Filter</Button>
        <Button variant="subtle" onClick={() => onChange(new URLSearchParams())}>
          Clear
        </Button>
      </div>
    </form>
  );
}

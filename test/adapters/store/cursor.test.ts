import { describe, expect, it } from 'vitest';
import { cursorOf, positionOf } from '../../../src/adapters/store/cursor.js';

const written = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a cursor', () => {
  it('leads back to its place, and to the beginning when there is none', () => {
    const at = new Date('2026-11-20T12:00:00.123Z');
    expect(positionOf('notes', cursorOf('notes', at, 'note_1'))).toEqual({ at, id: 'note_1' });
    expect(positionOf('notes', null)).toBeNull();
  });

  it.each([
    ['of another list', cursorOf('cases', new Date(), 'case_1')],
    ['that is no JSON', Buffer.from('notes').toString('base64url')],
    ['of another shape', written({ list: 'notes' })],
    ['before any row', written(['notes', -9e15, 'note_1'])],
    ['at no date', written(['notes', 9e15, 'note_1'])],
    ['at a text', written(['notes', '0', 'note_1'])],
    ['with an id that cannot be stored', written(['notes', 0, 'note\0'])],
    ['without an id', written(['notes', 0])],
  ])('%s is refused', (_name, cursor) => {
    expect(() => positionOf('notes', cursor)).toThrow(expect.objectContaining({ code: 'cursor_invalid' }));
  });
});

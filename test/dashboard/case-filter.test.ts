/** The next case comes from the list that the page was opened from. */
import { expect, test } from 'vitest';
import { filterOf, viewOf } from '../../src/dashboard/case-filter.js';

test.each([
  ['', {}],
  ['language=de,fr,&reason=report&source=src_1', { language: ['de', 'fr'], reason: ['report'], source: 'src_1' }],
  ['noteId=note_1&overdue=true', { noteId: 'note_1', overdue: true }],
  ['overdue=false&cursor=c&noteId=', { overdue: false }],
])('%j', (search, view) => expect(viewOf(filterOf(new URLSearchParams(search)))).toEqual(view));

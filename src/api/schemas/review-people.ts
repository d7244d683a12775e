/** People and their rights, their saved views and settings, and how one can sign in. */
import { z } from 'zod';
import { CATEGORY_IDS } from '../../categories.js';
import { DESKS } from '../../ports/review.js';
import { ROLES } from '../../ports/store.js';
import { storableText } from '../../usecases/note-input.js';
import { OBSTACLES } from '../../usecases/review/sight.js';
import { Instant, RegionName, Tag } from './common.js';

export const Rights = z
  .strictObject({
    languages: z.array(Tag).max(200).nullable().default(null).describe('Null: all; `zh` covers zh-Hans and zh-Hant'),
    regions: z.array(RegionName).max(300).nullable().default(null).describe('Null: all'),
    categories: z.array(z.enum(CATEGORY_IDS)).nullable().default(null).describe('Null: all'),
    desks: z
      .array(z.enum(DESKS))
      .default(['general'])
      .describe('Seniors and admins have `general` and `senior` in any case'),
  })
  .meta({ id: 'Rights', description: 'Which cases a person sees in the queue, may claim and may decide' });

export const UserAnswer = z
  .object({
    id: z.string(),
    login: z.string(),
    role: z.enum(ROLES),
    disabled: z.boolean(),
    rights: Rights,
    sees: Rights.describe('What the role makes of the rights: a senior has the senior desk too, an auditor sees all'),
    signInBy: z.enum(['password', 'openid']),
    createdAt: Instant,
  })
  .meta({ id: 'User' });
export const UserList = z.object({ items: z.array(UserAnswer) });
export const UserInput = z
  .strictObject({
    login: storableText(100)
      .min(1)
      .regex(/^[^\s\p{Cc}]+$/u, 'No blanks'),
    role: z.enum(ROLES),
    rights: Rights.optional(),
    password: z.string().min(12).max(1_000).optional().describe('Made and shown once when missing'),
  })
  .meta({ id: 'NewUser' });
export const UserChange = z
  .strictObject({ role: z.enum(ROLES).optional(), disabled: z.boolean().optional(), rights: Rights.optional() })
  .meta({ id: 'UserChange' });
export const UserWithPassword = z
  .object({ ...UserAnswer.shape, password: z.string().nullable().describe('Shown this once; null when you chose it') })
  .meta({ id: 'UserWithPassword' });
export const PasswordInput = z.strictObject({ password: z.string().min(12).max(1_000).optional() });
export const OwnPasswordInput = z.strictObject({
  current: z.string().min(1).max(1_000),
  password: z.string().min(12).max(1_000),
});
export const PasswordAnswer = z.object({ password: z.string().nullable() });
const Colleague = z.object({
  id: z.string(),
  login: z.string(),
  role: z.enum(ROLES),
  languages: z.array(z.string()).nullable(),
});
export const ColleagueList = z.object({ items: z.array(Colleague) });
const Obstacle = z.enum(OBSTACLES).nullable();
export const CaseColleagueList = z.object({
  items: z.array(
    Colleague.extend({
      obstacles: z.object({
        takes: Obstacle.describe('Null: the case can be handed over to them'),
        asked: Obstacle.describe('Null: they can be asked about it; one of its languages is enough'),
      }),
    }),
  ),
});

export const SavedFilterInput = z
  .strictObject({
    name: storableText(80).regex(/\S/, 'A name').describe('No other view of yours has it'),
    query: storableText(1_000).describe('The query string of the queue page'),
  })
  .meta({ id: 'NewSavedFilter' });
export const SavedFilterAnswer = z
  .object({ id: z.string(), name: z.string(), query: z.string(), createdAt: Instant })
  .meta({ id: 'SavedFilter' });
export const SavedFilterList = z.object({ items: z.array(SavedFilterAnswer) });

/** The dashboard's own settings of a person: blur, greyscale, theme, language. The server only keeps them. */
export const Preferences = z
  .record(z.string().regex(/^[A-Za-z0-9_.-]{1,60}$/), z.union([z.string().max(200), z.number(), z.boolean()]))
  .refine((settings) => Object.keys(settings).length <= 60, 'At most 60 settings')
  .meta({ id: 'Preferences' });

export const SignInMethods = z
  .object({ password: z.literal(true), openid: z.object({ name: z.string(), start: z.string() }).nullable() })
  .meta({ id: 'SignInMethods' });

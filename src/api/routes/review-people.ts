/** People and their rights, for admins; colleagues, for all who work cases. */
import type { z } from 'zod';
import { InvalidInputError } from '../../errors.js';
import type { PersonRow } from '../../ports/review.js';
import { sightOf, WORKING_ROLES } from '../../usecases/review/sight.js';
import { checkRights } from '../../usecases/rights.js';
import { actorOf } from '../auth.js';
import { inEachLanguage, obstaclesOf } from '../colleagues.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import type { Desk } from '../desk.js';
import { IdParams, problems } from '../schemas/common.js';
import {
  CaseColleagueList,
  ColleagueList,
  PasswordAnswer,
  PasswordInput,
  UserAnswer,
  UserChange,
  UserInput,
  UserList,
  UserWithPassword,
} from '../schemas/review-people.js';

const tags = ['people'];
const PASSWORD_BYTES = 15;
const noUser = (): InvalidInputError => new InvalidInputError('not_found', 'There is no such person.');

const copyRights = ({ languages, regions, categories, desks }: PersonRow['rights']) => ({
  languages: languages === null ? null : [...languages],
  regions: regions === null ? null : [...regions],
  categories: categories === null ? null : [...categories],
  desks: [...desks],
});
const answer = ({ userId, rights, ...rest }: PersonRow): z.infer<typeof UserAnswer> => ({
  id: userId,
  ...rest,
  rights: copyRights(rights),
  sees: copyRights(sightOf({ userId, rights, ...rest })),
});

export function userRoutes(server: ApiServer, deps: ApiDeps, desk: Desk): void {
  listRoute(server, deps);
  addRoute(server, deps);
  changeRoute(server, deps);
  passwordRoute(server, deps);
  colleaguesRoute(server, deps);
  caseColleaguesRoute(server, deps, desk);
}

function listRoute(server: ApiServer, deps: ApiDeps): void {
  const { people } = deps.store;
  server.route({
    method: 'GET',
    url: '/v1/users',
    schema: { tags, summary: 'People and their rights', response: { 200: UserList, ...problems } },
    handler: async () => ({ items: (await people.people()).map(answer) }),
  });
}

function addRoute(server: ApiServer, deps: ApiDeps): void {
  const { access, people } = deps.store;
  server.route({
    method: 'POST',
    url: '/v1/users',
    schema: { tags, summary: 'Add a person', body: UserInput, response: { 201: UserWithPassword, ...problems } },
    handler: async (request, reply) => {
      const { login, role, rights, password } = request.body;
      if (rights !== undefined) checkRights(rights);
      const secret = password ?? deps.ids.secret(PASSWORD_BYTES);
      const order = { login, role, rights, passwordHash: await deps.hasher.hash(secret) };
      const user = await access.createUser(order, deps.clock.now(), actorOf(request));
      const person = await people.person(user.userId);
      if (person === null) throw noUser();
      return reply.code(201).send({ ...answer(person), password: password === undefined ? secret : null });
    },
  });
}

function changeRoute(server: ApiServer, deps: ApiDeps): void {
  const { people } = deps.store;
  server.route({
    method: 'PATCH',
    url: '/v1/users/:id',
    schema: {
      tags,
      summary: 'Change role or rights, disable or enable; the sessions of who is disabled end',
      params: IdParams,
      body: UserChange,
      response: { 200: UserAnswer, ...problems },
    },
    handler: async (request) => {
      const { rights } = request.body;
      if (rights !== undefined) checkRights(rights);
      const changed = await people.change(request.params.id, request.body, actorOf(request), deps.clock.now());
      if (changed === null) throw noUser();
      if (changed === 'last_admin') throw new InvalidInputError('conflict', 'One admin has to remain.');
      return answer(changed);
    },
  });
}

function passwordRoute(server: ApiServer, deps: ApiDeps): void {
  const { people } = deps.store;
  server.route({
    method: 'POST',
    url: '/v1/users/:id/password',
    schema: {
      tags,
      summary: 'Set a password; every session of the person ends',
      params: IdParams,
      body: PasswordInput,
      response: { 200: PasswordAnswer, ...problems },
    },
    handler: async (request) => {
      const { password } = request.body;
      const secret = password ?? deps.ids.secret(PASSWORD_BYTES);
      const hash = await deps.hasher.hash(secret);
      const set = await people.setPasswordOf(request.params.id, hash, actorOf(request), deps.clock.now());
      if (!set) throw new InvalidInputError('not_found', 'There is no such person who signs in by password.');
      return { password: password === undefined ? secret : null };
    },
  });
}

const workersOf = async ({ store }: ApiDeps): Promise<readonly PersonRow[]> =>
  (await store.people.people()).filter(({ disabled, role }) => !disabled && WORKING_ROLES.includes(role));

const colleague = ({ userId, login, role, rights: { languages } }: PersonRow) => ({
  id: userId,
  login,
  role,
  languages: languages === null ? null : [...languages],
});

function colleaguesRoute(server: ApiServer, deps: ApiDeps): void {
  server.route({
    method: 'GET',
    url: '/v1/colleagues',
    schema: { tags, summary: 'Who works cases', response: { 200: ColleagueList, ...problems } },
    handler: async () => ({ items: (await workersOf(deps)).map(colleague) }),
  });
}

function caseColleaguesRoute(server: ApiServer, deps: ApiDeps, desk: Desk): void {
  server.route({
    method: 'GET',
    url: '/v1/cases/:id/colleagues',
    schema: {
      tags: ['cases'],
      summary: 'Who else could take a case or be asked about it, and what is in the way of the others',
      params: IdParams,
      response: { 200: CaseColleagueList, ...problems },
    },
    handler: async (request) => {
      const sight = await desk.sight(request);
      const rows = inEachLanguage(await desk.file(sight, request.params.id));
      const others = (await workersOf(deps)).filter(({ userId }) => userId !== sight.userId);
      return { items: others.map((person) => ({ ...colleague(person), obstacles: obstaclesOf(person, rows) })) };
    },
  });
}

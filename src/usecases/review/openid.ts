/** Sign-in by OpenID Connect: the issuer says who somebody is, our mapping says what they may do. */
import { InvalidInputError } from '../../errors.js';
import type { OpenIdPerson, PeopleStore } from '../../ports/review.js';
import { ROLES, type Role } from '../../ports/store.js';
import { openSession, type SignedIn, type SignInPorts } from '../sign-in.js';

export interface RoleMapping {
  readonly role: Role;
  readonly group: string;
}

/** `admin=pw-admins,reviewer=pw-reviewers`; throws on a role that does not exist. */
export function readRoles(text: string): readonly RoleMapping[] {
  const pairs = text.split(',').map((pair) => pair.trim());
  return pairs
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      const role = ROLES.find((known) => known === pair.slice(0, at));
      const group = pair.slice(at + 1);
      if (role === undefined || at < 1 || group === '') {
        throw new InvalidInputError(
          'config_invalid',
          `OIDC_ROLES: ${pair} is not role=value with one of ${ROLES.join(', ')}`,
        );
      }
      return { role, group };
    });
}

/** The first line of the mapping that fits; nobody is let in without one. */
export const roleFor = (mapping: readonly RoleMapping[], groups: readonly string[]): Role | null =>
  mapping.find(({ group }) => groups.includes(group))?.role ?? null;

export async function enter(
  ports: Omit<SignInPorts, 'hasher'> & {
    readonly people: Pick<PeopleStore, 'upsertOpenId'>;
    readonly mapping: readonly RoleMapping[];
  },
  person: OpenIdPerson,
  oldToken: string | null,
): Promise<SignedIn> {
  const role = roleFor(ports.mapping, person.groups);
  if (role === null) throw new InvalidInputError('forbidden', 'None of your groups has a role here.');
  const { subject, login } = person;
  const user = await ports.people.upsertOpenId({ subject, login, role }, ports.clock.now());
  if (user === null)
    throw new InvalidInputError('forbidden', 'The account is disabled, or its name belongs to somebody else.');
  return openSession(ports, user.userId, oldToken);
}

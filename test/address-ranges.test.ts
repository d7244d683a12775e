import { describe, expect, it } from 'vitest';
import { isForbiddenAddress } from '../src/address-ranges.js';

const FORBIDDEN = [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.8',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '168.63.129.16',
  '::',
  '::1',
  '::7f00:1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::7f00:1',
  '64:ff9b:1::1',
  '100::1',
  '100:0:0:1::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '3fff::1',
  '5f00::1',
  'fc00::1',
  'fd00::1',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  'localhost',
  '',
];
const PUBLIC = ['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.63.255.255', '2606:4700::1111', '2a00:1450:4001::200e'];

const PRIVATE = ['10.1.2.3', '127.0.0.1', '127.255.255.254', '172.16.0.1', '172.31.255.255', '192.168.1.1'];
const PRIVATE_V6 = ['::1', 'fc00::1', 'fd00::1'];

describe('isForbiddenAddress', () => {
  it.each([...FORBIDDEN, 'fd00:ec2::254'])('forbids %j', (address) => {
    expect(isForbiddenAddress(address, false)).toBe(true);
  });
  it.each(PUBLIC)('allows %s', (address) => {
    expect(isForbiddenAddress(address, false)).toBe(false);
    expect(isForbiddenAddress(address, true)).toBe(false);
  });
  it('opens private networks where they are wanted, and nothing else', () => {
    const open = [...FORBIDDEN, 'fd00:ec2::254'].filter((address) => !isForbiddenAddress(address, true));
    expect(open).toEqual([...PRIVATE, ...PRIVATE_V6]);
  });
});

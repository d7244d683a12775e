/**
 * Addresses that are not public. Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries (as of 2025-10),
 * RFC 6052, 3056, 4380 for addresses that carry an IPv4 one, and the metadata address of one cloud.
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

const RANGES_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Public by number, but the host agent of Azure answers there.
  ['168.63.129.16', 32],
];
/** Ranges that carry an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo) are refused as a whole: no receiver needs them. */
const RANGES_V6: readonly (readonly [string, number])[] = [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['100:0:0:1::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

/** What `*_ALLOW_PRIVATE` opens: loopback and private networks, but no place where clouds hand out secrets. */
const PRIVATE_V4: typeof RANGES_V4 = [
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
];
const PRIVATE_V6: typeof RANGES_V6 = [
  ['::1', 128],
  ['fc00::', 7],
];
/** Where AWS answers; a private address by its number. */
const METADATA_V6 = 'fd00:ec2::254';

function blocks(ranges: typeof RANGES_V4, family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [network, bits] of ranges) list.addSubnet(network, bits, family);
  return list;
}
/** Two lists: in one, ::ffff:0:0/96 would forbid every IPv4 address. */
const forbiddenV4 = blocks(RANGES_V4, 'ipv4');
const forbiddenV6 = blocks(RANGES_V6, 'ipv6');
const privateV4 = blocks(PRIVATE_V4, 'ipv4');
const privateV6 = blocks(PRIVATE_V6, 'ipv6');
const metadataV6 = blocks([[METADATA_V6, 128]], 'ipv6');

/** Anything that is not an address at all is forbidden too. */
export function isForbiddenAddress(address: string, allowPrivate: boolean): boolean {
  if (isIPv4(address)) {
    return forbiddenV4.check(address, 'ipv4') && !(allowPrivate && privateV4.check(address, 'ipv4'));
  }
  // A scope names an interface of this machine.
  if (!isIPv6(address) || address.includes('%')) return true;
  const isOpened = allowPrivate && privateV6.check(address, 'ipv6') && !metadataV6.check(address, 'ipv6');
  return forbiddenV6.check(address, 'ipv6') && !isOpened;
}

import type { Bundle } from '../bundle.js';

export const texts: Bundle = import.meta.glob('../de/*.json', { eager: true, import: 'default' });

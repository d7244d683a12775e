import type { Bundle } from '../bundle.js';

export const texts: Bundle = import.meta.glob('../ar/*.json', { eager: true, import: 'default' });

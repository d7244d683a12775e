import type { Bundle } from '../bundle.js';

export const texts: Bundle = import.meta.glob('../es/*.json', { eager: true, import: 'default' });

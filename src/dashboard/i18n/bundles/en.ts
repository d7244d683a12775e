import type { Bundle } from '../bundle.js';

export const texts: Bundle = import.meta.glob('../en/*.json', { eager: true, import: 'default' });

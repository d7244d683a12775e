import type { Bundle } from '../bundle.js';

export const texts: Bundle = import.meta.glob('../zh-Hans/*.json', { eager: true, import: 'default' });

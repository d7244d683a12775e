/** The number at a place that is known to exist; the type system cannot know it, and zero is harmless in every sum here. */
export const at = (list: ArrayLike<number>, place: number): number => list[place] ?? 0;

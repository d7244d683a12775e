import type { CaseImage, CasePart } from '../../api/types.js';

interface BoxesProps {
  readonly image: CaseImage;
  readonly part: CasePart | undefined;
  readonly isShown: boolean;
}

/** Where each word was read, with the word as long as the picture hides it: a drawing over the picture, not part of it. */
export function PictureBoxes({ image, part, isShown }: BoxesProps) {
  if (image.width === null || image.height === null) return null;
  // What was found in the words of the picture stands out where the words stand.
  const hits = part?.findings.flatMap(({ spans }) => spans) ?? [];
  return (
    <svg className="boxes" viewBox={`0 0 ${image.width} ${image.height}`} aria-hidden="true">
      {image.words.map(({ box, span }) => (
        <g key={`${span.start}`} data-hit={hits.some(({ start, end }) => span.start < end && start < span.end)}>
          <rect x={box.left} y={box.top} width={box.width} height={box.height} />
          {!isShown && (
            <text
              x={box.left}
              y={box.top + box.height * 0.8}
              fontSize={box.height * 0.8}
              textLength={box.width}
              lengthAdjust="spacingAndGlyphs"
            >
              {part?.text.slice(span.start, span.end)}
            </text>
          )}
        </g>
      ))}
      {image.codes.map(({ box, text }) => (
        <rect key={text} className="code" x={box.left} y={box.top} width={box.width} height={box.height} />
      ))}
    </svg>
  );
}

import { Button, Switch } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStep } from '../../api/case.js';
import { usePreferences } from '../../api/preferences.js';
import type { CaseDetail, CaseImage, CasePart } from '../../api/types.js';
import { useFormat } from '../../format.js';
import { useWords } from '../../words.js';

interface PictureProps {
  readonly image: CaseImage;
  readonly part: CasePart | undefined;
  readonly held: boolean;
  readonly boxes: boolean;
  readonly onShown: (index: number) => void;
}

interface BoxesProps {
  readonly image: CaseImage;
  readonly part: CasePart | undefined;
  readonly isShown: boolean;
}

/** Where each word was read, with the word as long as the picture hides it: a drawing over the picture, not part of it. */
function Boxes({ image, part, isShown }: BoxesProps) {
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

function Facts({ image }: { readonly image: CaseImage }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const labels = Object.entries(image.labels).sort((a, b) => b[1] - a[1]);
  return (
    <ul className="small plain">
      {image.findings.map(({ category, source, detector, calibrated, bits }) => (
        <li key={`${source} ${detector}`}>
          <strong>{words.category(category)}</strong> {t(`words:source.${source}`)}{' '}
          <span className="mono quiet">{detector}</span>{' '}
          {bits === null ? format.decimal(calibrated) : t('case:distance', { n: format.count(bits) })}
        </li>
      ))}
      {labels.map(([label, score]) => (
        <li key={label}>{`${label} ${format.decimal(score)}`}</li>
      ))}
      {image.codes.map(({ kind, text }) => (
        <li key={text}>
          {kind} <span className="mono foreign">{text}</span>
        </li>
      ))}
      {image.outcomes
        .filter(({ status }) => status !== 'found')
        .map(({ reading, status, why }) => (
          <li key={reading} className="quiet">
            {`${reading}: ${t(`words:outcome.${status}`, { defaultValue: status })}${why === null ? '' : ` (${why.replaceAll('_', ' ')})`}`}
          </li>
        ))}
    </ul>
  );
}

function Picture({ image, part, held, boxes, onShown }: PictureProps) {
  const { t } = useTranslation();
  const { blur, grey } = usePreferences();
  const [pressed, setPressed] = useState(false);
  const isShown = !blur || pressed || held;
  const [isGone, setGone] = useState(image.view === null);
  const told = useRef(false);
  useEffect(() => {
    if (!isShown || !blur || told.current) return;
    told.current = true;
    onShown(image.index);
  });
  const n = image.index + 1;
  return (
    <figure className="picture">
      {image.view === null || isGone ? (
        <p className="quiet">{t('case:no-copy')}</p>
      ) : (
        <div className="frame" data-blur={!isShown} data-grey={grey}>
          <img
            src={image.view}
            alt={t('case:picture', { n })}
            loading="lazy"
            decoding="async"
            onError={() => setGone(true)}
          />
          {boxes && <Boxes image={image} part={part} isShown={isShown} />}
        </div>
      )}
      <figcaption className="row">
        {t('case:picture', { n })}
        {!isGone && blur && (
          <Button variant="default" size="compact-sm" aria-pressed={pressed} onClick={() => setPressed(!pressed)}>
            {t(pressed ? 'case:hide' : 'case:show')}
          </Button>
        )}
      </figcaption>
      <Facts image={image} />
    </figure>
  );
}

/** Pictures are shown while the key is down. */
function useHeldKey(key: string, active: boolean): boolean {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (!active) return;
    const down = (event: KeyboardEvent) => {
      const writes = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      if (event.key === key && !writes && !event.ctrlKey && !event.metaKey) setHeld(true);
    };
    const up = () => setHeld(false);
    document.addEventListener('keydown', down);
    document.addEventListener('keyup', up);
    window.addEventListener('blur', up);
    return () => {
      document.removeEventListener('keydown', down);
      document.removeEventListener('keyup', up);
      window.removeEventListener('blur', up);
    };
  }, [key, active]);
  return held;
}

export function CaseImages({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const { keys } = usePreferences();
  const [boxes, setBoxes] = useState(true);
  const unblurred = useStep(detail.case.id, 'unblurred');
  const held = useHeldKey('b', keys);
  if (detail.images.length === 0) return null;
  return (
    <section className="sheet">
      <div className="row spread">
        <h2>{t('case:pictures')}</h2>
        <span className="row">
          <span className="small quiet">{t('case:hold-key')}</span>
          <Switch label={t('case:boxes')} checked={boxes} onChange={(event) => setBoxes(event.currentTarget.checked)} />
        </span>
      </div>
      <div className="pictures">
        {detail.images.map((image) => (
          <Picture
            key={image.index}
            image={image}
            part={detail.parts.find((part) => part.part === `image:${image.index}`)}
            held={held}
            boxes={boxes}
            onShown={(index) => unblurred.mutate({ image: index })}
          />
        ))}
      </div>
    </section>
  );
}

import { Button, Switch } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useUnblurred } from '../../api/case.js';
import { usePreferences } from '../../api/preferences.js';
import type { CaseDetail, CaseImage, CasePart } from '../../api/types.js';
import { PictureBoxes } from './picture-boxes.js';
import { PictureFacts } from './picture-facts.js';
import { useHeldKey, useRestingPointer } from './use-reveal.js';

interface PictureProps {
  readonly image: CaseImage;
  readonly part: CasePart | undefined;
  readonly held: boolean;
  readonly boxes: boolean;
  readonly onShown: (index: number) => void;
}

/** Its place on the page is kept before it is there, so that nothing jumps. */
function Sight({ image, onGone }: { readonly image: CaseImage; readonly onGone: () => void }) {
  const { t } = useTranslation();
  return (
    <img
      src={image.view ?? undefined}
      alt={t('case:picture', { n: image.index + 1 })}
      width={image.width ?? undefined}
      height={image.height ?? undefined}
      loading="lazy"
      decoding="async"
      draggable={false}
      onError={onGone}
    />
  );
}

/** So much taller than wide that it would push all else off the page: it scrolls in its frame. */
const isLong = ({ width, height }: CaseImage): boolean => width !== null && height !== null && height > width * 2.5;

function Picture({ image, part, held, boxes, onShown }: PictureProps) {
  const { t } = useTranslation();
  const { blur, grey, rest } = usePreferences();
  const [pressed, setPressed] = useState(false);
  const [isGone, setGone] = useState(image.view === null);
  const { rests, handlers } = useRestingPointer(blur && rest);
  const isShown = !blur || pressed || held || rests;
  const told = useRef(false);
  useEffect(() => {
    if (!isShown || !blur || isGone || told.current) return;
    told.current = true;
    onShown(image.index);
  });
  return (
    <figure className="picture">
      {isGone ? (
        <p className="quiet">{t('case:no-copy')}</p>
      ) : (
        <div className="pane" {...(isLong(image) ? { tabIndex: 0, 'data-long': true } : {})}>
          <div className="frame" data-blur={!isShown} data-grey={grey} {...handlers}>
            <Sight image={image} onGone={() => setGone(true)} />
            {boxes && <PictureBoxes image={image} part={part} isShown={isShown} />}
          </div>
        </div>
      )}
      <figcaption className="row">
        {t('case:picture', { n: image.index + 1 })}
        {!isGone && blur && (
          <Button variant="default" size="compact-sm" aria-pressed={pressed} onClick={() => setPressed(!pressed)}>
            {t(pressed ? 'case:hide' : 'case:show')}
          </Button>
        )}
      </figcaption>
      <PictureFacts image={image} />
    </figure>
  );
}

function Hint() {
  const { t } = useTranslation();
  const { blur, rest, keys } = usePreferences();
  if (!blur || !(rest || keys)) return null;
  const way = rest && keys ? 'rest-or-key' : rest ? 'rest' : 'key';
  return <span className="small quiet">{t(`case:reveal.${way}`)}</span>;
}

export function CaseImages({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const { keys } = usePreferences();
  const [boxes, setBoxes] = useState(true);
  const unblurred = useUnblurred(detail.case.id);
  const held = useHeldKey('b', keys);
  if (detail.images.length === 0) return null;
  return (
    <section className="sheet">
      <div className="row spread">
        <h2>{t('case:pictures')}</h2>
        <span className="row">
          <Hint />
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

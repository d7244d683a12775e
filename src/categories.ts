/** The closed taxonomy. Source: docs/glossary.md; DSA keywords after the EU Transparency Database schema v2. */
export const SEVERITIES = [0, 1, 2, 3, 4] as const;
/** 0 none, 1 label or limit, 2 limit or remove, 3 remove and a person confirms, 4 block first, no model-only final word. */
export type Severity = (typeof SEVERITIES)[number];
/** What no step is counts as the gravest. */
export const asSeverity = (value: number): Severity => SEVERITIES.find((known) => known === value) ?? 4;

interface CategoryEntry {
  readonly name: string;
  readonly maxSeverity: Severity;
  readonly dsa: string;
  readonly dsaKeyword: string | null;
  /** Category of OpenAI's moderation endpoint, null where it has none. */
  readonly openai: string | null;
}

const entry = (
  name: string,
  maxSeverity: Severity,
  dsa: string,
  dsaKeyword: string | null,
  openai: string | null,
): CategoryEntry => ({ name, maxSeverity, dsa, dsaKeyword, openai });

export const CATEGORIES = {
  'child.csam': entry(
    'Child sexual abuse material',
    4,
    'PROTECTION_OF_MINORS',
    'CHILD_SEXUAL_ABUSE_MATERIAL',
    'sexual/minors',
  ),
  'child.grooming': entry(
    'Grooming, enticement',
    4,
    'PROTECTION_OF_MINORS',
    'GROOMING_SEXUAL_ENTICEMENT_MINORS',
    'sexual/minors',
  ),
  'child.endanger': entry('Risky challenge, exposure of minors', 3, 'PROTECTION_OF_MINORS', 'UNSAFE_CHALLENGES', null),
  'sexual.ncii': entry('Non-consensual intimate image', 4, 'CYBER_VIOLENCE', 'NON_CONSENSUAL_IMAGE_SHARING', 'sexual'),
  'sexual.exploit': entry('Trafficking, solicitation', 4, 'VIOLENCE', 'HUMAN_TRAFFICKING', 'illicit'),
  'sexual.explicit': entry('Pornography', 3, 'OTHER_VIOLATION_TC', 'ADULT_SEXUAL_MATERIAL', 'sexual'),
  'sexual.suggestive': entry('Nudity, suggestive', 1, 'OTHER_VIOLATION_TC', 'NUDITY', 'sexual'),
  'violence.terror': entry(
    'Terrorist or violent-extremist',
    4,
    'RISK_FOR_PUBLIC_SECURITY',
    'TERRORIST_CONTENT',
    'illicit/violent',
  ),
  'violence.threat': entry('Threat, incitement', 4, 'VIOLENCE', 'INCITEMENT_VIOLENCE_HATRED', 'harassment/threatening'),
  'violence.graphic': entry('Gore', 2, 'VIOLENCE', null, 'violence/graphic'),
  'violence.weapons': entry('Making weapons', 4, 'RISK_FOR_PUBLIC_SECURITY', null, 'illicit/violent'),
  'animal.harm': entry('Cruelty, illegal trade', 2, 'ANIMAL_WELFARE', 'ANIMAL_HARM', 'violence'),
  'hate.attack': entry('Attack on a protected group', 3, 'ILLEGAL_OR_HARMFUL_SPEECH', 'HATE_SPEECH', 'hate'),
  'hate.symbol': entry('Banned symbol (regional)', 2, 'ILLEGAL_OR_HARMFUL_SPEECH', 'HATE_SPEECH', 'hate'),
  'harass.bully': entry('Insult, bullying', 2, 'CYBER_VIOLENCE', 'CYBER_BULLYING_INTIMIDATION', 'harassment'),
  'harass.stalk': entry('Stalking, threats to expose', 3, 'CYBER_VIOLENCE', 'CYBER_STALKING', 'harassment/threatening'),
  'privacy.pii': entry(
    'Doxxing, identity documents',
    3,
    'DATA_PROTECTION_AND_PRIVACY_VIOLATIONS',
    'MISSING_PROCESSING_GROUND',
    null,
  ),
  'reputation.defame': entry('Defamation claim (by notice only)', 2, 'ILLEGAL_OR_HARMFUL_SPEECH', 'DEFAMATION', null),
  'selfharm.promote': entry(
    'Encouraging or instructing self-harm',
    4,
    'SELF_HARM',
    'SUICIDE',
    'self-harm/instructions',
  ),
  'selfharm.risk': entry('Person at risk: help, never a strike', 3, 'SELF_HARM', null, 'self-harm/intent'),
  'selfharm.ed': entry(
    'Promotion of eating disorders',
    3,
    'SELF_HARM',
    'CONTENT_PROMOTING_EATING_DISORDERS',
    'self-harm',
  ),
  'goods.drugs': entry(
    'Drugs, prescription medicine, nicotine',
    3,
    'UNSAFE_AND_PROHIBITED_PRODUCTS',
    'PROHIBITED_PRODUCTS',
    'illicit',
  ),
  'goods.gambling': entry('Gambling', 2, 'OTHER_VIOLATION_TC', 'GOODS_SERVICES_NOT_PERMITTED', 'illicit'),
  'goods.unsafe': entry('Unsafe or banned product', 3, 'UNSAFE_AND_PROHIBITED_PRODUCTS', 'UNSAFE_PRODUCTS', 'illicit'),
  'fraud.scam': entry('Investment, job or romance scam', 3, 'SCAMS_AND_FRAUD', 'PYRAMID_SCHEMES', 'illicit'),
  'fraud.phish': entry('Phishing, account takeover', 3, 'SCAMS_AND_FRAUD', 'PHISHING', 'illicit'),
  'commerce.undisclosed': entry('Undisclosed advertisement', 1, 'CONSUMER_INFORMATION', 'HIDDEN_ADVERTISEMENT', null),
  'commerce.claim': entry(
    'Absolute or misleading claim',
    2,
    'CONSUMER_INFORMATION',
    'MISLEADING_INFO_GOODS_SERVICES',
    null,
  ),
  'commerce.health': entry(
    'Medical, cure or slimming claim',
    3,
    'CONSUMER_INFORMATION',
    'MISLEADING_INFO_GOODS_SERVICES',
    null,
  ),
  'commerce.divert': entry('Off-platform diversion', 1, 'OTHER_VIOLATION_TC', null, null),
  'authentic.fakereview': entry('Fake review', 2, 'SCAMS_AND_FRAUD', 'INAUTHENTIC_USER_REVIEWS', null),
  'authentic.coordinated': entry('Copy-paste campaign', 2, 'SCAMS_AND_FRAUD', 'INAUTHENTIC_ACCOUNTS', null),
  'authentic.spam': entry('Spam, engagement bait', 1, 'OTHER_VIOLATION_TC', null, null),
  'authentic.synthetic': entry('Unlabelled synthetic media', 1, 'OTHER_VIOLATION_TC', null, null),
  'info.health': entry('Dangerous false health claim', 3, 'RISK_FOR_PUBLIC_SECURITY', 'RISK_PUBLIC_HEALTH', null),
  'info.emergency': entry('Dangerous false disaster claim', 3, 'RISK_FOR_PUBLIC_SECURITY', null, null),
  'ip.copyright': entry(
    'Copyright (by notice only)',
    2,
    'INTELLECTUAL_PROPERTY_INFRINGEMENTS',
    'COPYRIGHT_INFRINGEMENT',
    null,
  ),
  'ip.counterfeit': entry(
    'Counterfeit goods',
    2,
    'INTELLECTUAL_PROPERTY_INFRINGEMENTS',
    'TRADEMARK_INFRINGEMENT',
    null,
  ),
  'profanity.mild': entry('Swearing without a target', 0, 'OTHER_VIOLATION_TC', null, null),
} as const satisfies Record<string, CategoryEntry>;

export type CategoryId = keyof typeof CATEGORIES;
export const CATEGORY_IDS = Object.keys(CATEGORIES) as readonly CategoryId[];
export const isCategoryId = (value: string): value is CategoryId => Object.hasOwn(CATEGORIES, value);

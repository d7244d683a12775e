/** Words for the blanks {finder} and {decider}, in the case that each language's sentence asks for. */
interface Words {
  readonly systems: string;
  readonly report: string;
  readonly order: string;
  readonly person: string;
  readonly machine: string;
}
const ENGLISH: Words = {
  systems: 'our systems',
  report: "a person's report",
  order: 'an official order',
  person: 'a person',
  machine: 'an automated system',
};
const WORDS: Readonly<Record<string, Words>> = {
  en: ENGLISH,
  ar: { systems: 'أنظمتنا', report: 'بلاغ من شخص', order: 'أمر رسمي', person: 'شخص من فريقنا', machine: 'نظام آلي' },
  de: {
    systems: 'unseren Systemen',
    report: 'einer Meldung',
    order: 'einer Behörde',
    person: 'ein Mensch',
    machine: 'ein automatisches System',
  },
  es: {
    systems: 'nuestro sistema',
    report: 'el aviso de una persona',
    order: 'una autoridad',
    person: 'una persona',
    machine: 'un sistema automático',
  },
  fr: {
    systems: 'nos systèmes',
    report: 'le signalement d’une personne',
    order: 'une autorité',
    person: 'une personne',
    machine: 'un système automatisé',
  },
  hi: {
    systems: 'हमारे सिस्टम',
    report: 'एक शिकायतकर्ता',
    order: 'एक सरकारी संस्था',
    person: 'एक व्यक्ति',
    machine: 'एक स्वचालित प्रणाली',
  },
  id: {
    systems: 'sistem kami',
    report: 'laporan seseorang',
    order: 'pihak berwenang',
    person: 'seorang petugas',
    machine: 'sistem otomatis',
  },
  ja: { systems: '当社のシステム', report: '通報した方', order: '公的機関', person: '担当者', machine: '自動システム' },
  ko: { systems: '자동 시스템', report: '신고자', order: '공공 기관', person: '담당자', machine: '자동 시스템' },
  pt: {
    systems: 'nossos sistemas',
    report: 'um aviso de outra pessoa',
    order: 'uma autoridade',
    person: 'uma pessoa',
    machine: 'um sistema automático',
  },
  tr: {
    systems: 'sistemlerimiz',
    report: 'bir kişinin bildirimi',
    order: 'resmî bir makam',
    person: 'bir kişi',
    machine: 'otomatik bir sistem',
  },
  'zh-Hans': {
    systems: '我们的系统',
    report: '他人的举报',
    order: '主管部门',
    person: '人工审核员',
    machine: '自动系统',
  },
};

export const wordsIn = (language: string): Words => WORDS[language] ?? ENGLISH;

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expandBraces } from '../../../src/stages/match/braces.js';
import { compileBanks } from '../../../src/stages/match/matcher.js';
import { parseTermBanks, type TermEntry } from '../../../src/stages/match/term-bank.js';
import { normaliseText } from '../../../src/stages/normalise/text.js';

const FOLDER = 'policies/terms';
const banks = parseTermBanks(
  readdirSync(FOLDER).map((file) => ({ file: `terms/${file}`, text: readFileSync(`${FOLDER}/${file}`, 'utf8') })),
);
const matcher = compileBanks(banks);
const categories = (raw: string): readonly string[] => [
  ...new Set(matcher.scan({ part: 'body', text: normaliseText(raw) }).map(({ category }) => category)),
];

/** First wording of each pattern of an entry that a text holding just it does not find. */
function lostPatterns(term: TermEntry): readonly string[] {
  if (term.views?.every((view) => view === 'pinyin_initials')) return [];
  const wordings = term.patterns.map((pattern) => {
    const expansion = expandBraces(pattern);
    return expansion.ok ? (expansion.patterns[0] ?? '') : '';
  });
  const isFound = (wording: string): boolean => {
    const text = normaliseText(`${term.context?.[0] ?? ''} ${wording}`);
    return matcher.scan({ part: 'body', text }).some(({ detector }) => detector === term.id);
  };
  return wordings.filter((wording) => !isFound(wording)).map((wording) => `${term.id}: ${wording}`);
}

describe('the shipped term banks', () => {
  it('cover at least 15 languages with at least ten entries each', () => {
    expect(banks.length).toBeGreaterThanOrEqual(15);
    for (const { file, terms } of banks) expect(terms.length, file).toBeGreaterThanOrEqual(10);
  });
  it('begin every id with their language', () => {
    for (const { language, terms } of banks)
      for (const { id } of terms) expect(id.startsWith(`${language.split('-')[0]}.`)).toBe(true);
  });
  it('are found as they are written: no pattern is cancelled or cut off by its own entry', () => {
    const lost = banks.flatMap(({ terms }) => terms.flatMap(lostPatterns));
    expect(lost).toEqual([]);
  });
  it.each([
    ['Guaranteed returns of 300% in 24 hours', 'fraud.scam'],
    ['add me on W\u200bhats\u200bApp', 'commerce.divert'],
    ['y0u are an 1d10t', 'harass.bully'],
    ['Earn 5000 dollars a day from home', 'fraud.scam'],
    ['I will find you and break your legs', 'violence.threat'],
    ['さっきのやつ、死ね', 'harass.bully'],
    ['I don’t want to live anymore', 'selfharm.risk'],
    ['国家级品质', 'commerce.claim'],
    ['頂級面膜', 'commerce.claim'],
    ['加薇心领优惠', 'commerce.divert'],
    ['Ich weiß, wo du wohnst', 'violence.threat'],
    ['Te voy a matar', 'violence.threat'],
    ['Aposte agora no cassino online', 'goods.gambling'],
    ['Tu es un imbécile', 'harass.bully'],
    ['Perdi 10 chili in', 'commerce.health'],
    ['gegarandeerde winst', 'fraud.scam'],
    ['Jesteś idiotą', 'harass.bully'],
    ['garantili kazançlar', 'fraud.scam'],
    ['пишите в телеграм', 'commerce.divert'],
    ['гарантований прибуток', 'fraud.scam'],
    ['أنتَ غبيّ', 'harass.bully'],
    ['سود تضمینی', 'fraud.scam'],
    ['אתה אידיוט', 'harass.bully'],
    ['मैं तुझे मार डालूँगा', 'violence.threat'],
    ['tu bilkul bewakoof hai', 'harass.bully'],
    ['situs judi online', 'goods.gambling'],
    ['kết bạn zalo', 'commerce.divert'],
    ['คาสิโนออนไลน์', 'goods.gambling'],
    ['お前は本当にバカだ', 'harass.bully'],
    ['너 진짜 바보야', 'harass.bully'],
    ['Everyone call him, he lives at 12 Example Street', 'privacy.pii'],
    ['Sie wohnt in der Beispielstraße 5, klingelt mal', 'privacy.pii'],
    ['Il habite au 12, rue de l’Exemple', 'privacy.pii'],
    ['Ella vive en la calle Ejemplo, número 5', 'privacy.pii'],
    ['他家住在幸福小区3号楼', 'privacy.pii'],
    ['Я тебя найду и побью', 'violence.threat'],
    ['Я тебе знайду і поб’ю', 'violence.threat'],
    ['Tu vas me le payer', 'violence.threat'],
    ['می‌دانم کجا زندگی می‌کنی', 'violence.threat'],
    ['את מטומטמת', 'harass.bully'],
    ['你就是垃圾', 'harass.bully'],
    ['Sen salaksın', 'harass.bully'],
    ['너 쓰레기야', 'harass.bully'],
    ['Pay up or else, I will post your photos', 'harass.stalk'],
    ['Ich poste deine Fotos, wenn du nicht zahlst', 'harass.stalk'],
    ['Text me on Signal', 'commerce.divert'],
    ['Товар в наличии, перевод на карту', 'commerce.divert'],
    ['扫码付款更便宜，包邮', 'commerce.divert'],
    ['先垫付再返佣金', 'fraud.scam'],
    ['老师带单', 'fraud.scam'],
    ['代刷评论', 'authentic.fakereview'],
    ['처방전 없이 판매', 'goods.drugs'],
    ['This tea also cures everything', 'commerce.health'],
    ['Non voglio più vivere così', 'selfharm.risk'],
    ['Je ne veux plus vivre', 'selfharm.risk'],
    ['No quiero vivir más', 'selfharm.risk'],
    ['Não quero mais viver', 'selfharm.risk'],
    ['Nie chcę już żyć', 'selfharm.risk'],
    ['Я больше не хочу жить', 'selfharm.risk'],
    ['Я не хочу жити', 'selfharm.risk'],
    ['Tôi không muốn sống nữa', 'selfharm.risk'],
    ['لا أريد أن أعيش بعد الآن', 'selfharm.risk'],
    ['אני לא רוצה לחיות', 'selfharm.risk'],
    ['Artık yaşamak istemiyorum', 'selfharm.risk'],
    ['You are very stupid', 'harass.bully'],
    ['Du bist sehr dumm', 'harass.bully'],
    ['Tu es très bête', 'harass.bully'],
    ['Eres muy tonta', 'harass.bully'],
    ['Você é muito burra', 'harass.bully'],
    ['Sei molto stupido', 'harass.bully'],
    ['Je bent heel dom', 'harass.bully'],
    ['Jesteś bardzo głupi', 'harass.bully'],
    ['Ти дуже дурний', 'harass.bully'],
    ['Ты очень глупый', 'harass.bully'],
    ['Sen çok aptalsın', 'harass.bully'],
    ['إنت كتير غبي', 'harass.bully'],
    ['enta ghabi', 'harass.bully'],
    ['تو خیلی احمقی', 'harass.bully'],
    ['את כל כך טיפשה', 'harass.bully'],
    ['तुम बहुत मूर्ख हो', 'harass.bully'],
    ['tu bohot bada gadha hai', 'harass.bully'],
    ['Kamu sangat bodoh', 'harass.bully'],
    ['คุณโง่', 'harass.bully'],
    ['Bạn rất ngu', 'harass.bully'],
    ['あなたはとても馬鹿です', 'harass.bully'],
    ['너 정말 멍청하다', 'harass.bully'],
    ['你非常愚蠢', 'harass.bully'],
    ['ni shi bai chi', 'harass.bully'],
    ['मुझे मर जाना चाहिए', 'selfharm.risk'],
    ['للطلب واتساب', 'commerce.divert'],
    ['WhatsApp me: 555', 'commerce.divert'],
    ['তুমি খুব বোকা', 'harass.bully'],
    ['আমি তোমাকে মেরে ফেলব', 'violence.threat'],
    ['আমি আর বাঁচতে চাই না', 'selfharm.risk'],
    ['নিশ্চিত মুনাফা', 'fraud.scam'],
    ['நீ மிகவும் முட்டாள்', 'harass.bully'],
    ['உன்னைக் கொன்றுவிடுவேன்', 'violence.threat'],
    ['தற்கொலை செய்ய போகிறேன்', 'selfharm.risk'],
    ['تم بہت بیوقوف ہو', 'harass.bully'],
    ['میں تمہیں جان سے مار دوں گا', 'violence.threat'],
    ['میں اب جینا نہیں چاہتا', 'selfharm.risk'],
    ['Wewe ni mjinga sana', 'harass.bully'],
    ['Nitakuua', 'violence.threat'],
    ['Sitaki kuishi tena', 'selfharm.risk'],
    ['Είσαι πολύ χαζός', 'harass.bully'],
    ['Θα σε σκοτώσω', 'violence.threat'],
    ['Δεν θέλω να ζω άλλο', 'selfharm.risk'],
    ['Ești foarte proastă', 'harass.bully'],
    ['Știu unde locuiești', 'violence.threat'],
    ['Nu mai vreau să trăiesc', 'selfharm.risk'],
    ['तू एकदम बेवकूफ़ है', 'harass.bully'],
    ['मैं तुम्हें मार डालूँगा', 'violence.threat'],
    ['Du bist wirklich haesslich', 'harass.bully'],
    ['Die Gebuehr vorab zahlen', 'fraud.scam'],
    ['Qué tonto eres', 'harass.bully'],
    ['Quel idiot tu fais', 'harass.bully'],
    ['Jesteś skończonym idiotą', 'harass.bully'],
    ['Seni aptal', 'harass.bully'],
    ['يا لك من أحمق', 'harass.bully'],
    ['איזה טיפש אתה', 'harass.bully'],
    ['अबे गधे', 'harass.bully'],
    ['போடா முட்டாள்', 'harass.bully'],
    ['Τι βλάκας που είσαι', 'harass.bully'],
    ['Ce prost ești', 'harass.bully'],
    ['멍청한 놈아', 'harass.bully'],
    ['你這個廢物', 'harass.bully'],
    ['دیگر نمی خواهم زنده بمانم', 'selfharm.risk'],
  ])('%s is %s', (raw, category) => {
    expect(categories(raw)).toContain(category);
  });
  it('tells the threat from the urging in German', () => {
    expect(categories('Ich bring dich um')).toEqual(['violence.threat']);
    expect(categories('Bring dich doch um')).toEqual(['selfharm.promote']);
  });
  it.each([
    'A killer deal, best friend in the world, I am dying to wear it',
    'We walked from Penistone to Scunthorpe and Essex',
    'There are no guaranteed returns, never buy reviews, there is no miracle cure',
    'He wrote "you are an idiot" under the drawing',
    'two years ago I told my doctor that I want to die',
    'I’ll beat you at chess, she said',
    '女儿被选为最佳球员，最佳时间是十一月',
    '将军靠诚实赢得威信',
    '加微笑的表情，加微波炉',
    'Mörderisch gutes Wetter, ich habe mich totgelacht',
    'me muero de risa, me mata de risa',
    'un gelato buono da morire',
    '死ぬほど美味しい、バカンスに行きたい',
    'こんな景色を見ずには死ねない、まだ死ねません',
    'You could slip and break your neck on that ice',
    '배고파 죽겠다',
    'Deposit the parcel at the station, original bags and shoes',
    'Работаю в телеграме новостей',
    'pagi ini sarapan, deposit di bank',
    'She lives at home with her cat and two old sofas, I will call her tonight and ask',
    'Sie wohnt in der Schweiz und kommt im Mai zu Besuch',
    'Elle habite au Canada depuis trois ans',
    'Ella vive en la calle desde enero y un albergue la ayuda',
    'Ele mora na rua e procura trabalho',
    '我同桌他家住在海边，夏天常去游泳',
    'No eres tonta, te falta práctica',
    'Non sei così stupido, sei stanco',
    'Nie jesteś głupia, jesteś zmęczona',
    'Sen salak değilsin, yorgunsun',
    'تو احمق نیستی، خسته‌ای',
    '넌 바보가 아니야, 너 쓰레기통 좀 비워 줘',
    'お前はバカじゃないよ、あんたは今日ゴミ出しの当番ね',
    '你垃圾分类了吗，你猪肉买了没有，你不是废物',
    'Non so dove abiti, mandami la via',
    'No sé dónde vives, ¿y cuánto vas a pagar por esto?',
    'Não sei onde você mora, e quanto você vai pagar por isso?',
    'Nie wiem, gdzie mieszkasz, podaj adres',
    'Не знаю, де ти живеш; увечері я знайду і надішлю рецепт',
    'Не знаю, где ты живёшь; завтра я найду и пришлю рецепт',
    'من می‌دانم کجا نان تازه می‌فروشند',
    'Je vais te retrouver à la gare, tu vas payer combien pour le billet ?',
    'Une bonne odeur de pain se dégage du four, personne ne t’aime autant que moi',
    'Nadie te quiere más que tu madre, niemand mag dich so sehr wie ich',
    'Nobody loves you like your dog does, we will beat them on Saturday, I’ll shoot you the file later',
    'Nếu bạn thất bại, hãy thử lại; người bạn khốn khổ của tôi trễ tàu rồi',
    'הטמפרטורה חצתה את אפס המעלות',
    'Hou je kop erbij, nog vijf minuten',
    'เธอขยะแขยงแมลงสาบ',
    '모기 다 죽여버릴 거야',
    'My line is busy and my signal is weak; we continue on line 4 to the museum',
    'I added the ticket to my wallet today, and the ham also cures in salt',
    'Did you just hurt yourself? Lifting like that is the best way to hurt yourself',
    'Please don’t starve yourself before the race; no reason to go on about it',
    'I will post your photos tonight, you all looked lovely',
    'Ich poste deine Fotos morgen in die Gruppe, voy a publicar tus fotos de la boda',
    'Надеюсь, ты ответишь до вечера; жду перевод на карту от мамы',
    'شراب السعال هذا يباع بدون وصفة طبية في الصيدليات',
    '이 소화제는 처방전 없이 살 수 있어요',
    '家族とラインで連絡を取っています',
    '今天在菜市场扫码付款，超市活动三天减免运费',
    '医药费公司先垫付再报销，我带你单独去看海',
    '今日赚了三十块零花钱，都是卖面包赚的',
    '回收笔记本电脑，睡前刷评论，在家复刻包子铺的味道，暑假去死海',
    'Non voglio più vivere in città, voglio morire dal ridere',
    'Je ne veux plus vivre à Paris, c’est trop cher',
    'No quiero vivir en la ciudad, prefiero el pueblo',
    'Não quero mais viver nesta cidade',
    'Nie chcę już żyć w mieście, szukamy domu',
    'Я больше не хочу жить в общежитии, я не хочу жити в гуртожитку',
    'Aku tidak mau hidup boros lagi',
    'Em không muốn sống ở quê',
    'لا أريد أن أعيش في المدينة',
    'אני לא רוצה לחיות בעיר גדולה',
    'Artık şehirde yaşamak istemiyorum',
    'You are really stupid good at chess, du bist nicht sehr dumm, ik ben zo dom',
    'Tu es une bête de scène, no eres muy tonto, non sei molto stupido',
    'आप मूर्ख नहीं हैं, आप बहुत अच्छे हैं',
    'あなたはアホウドリを見ましたか、お前は馬鹿力だな、君はバカンスが好きだね',
    '你太蠢萌了，别蠢蠢欲动',
    'Bạn rất giỏi, คุณไม่โง่',
    'তুমি বোকা নও, শুধু ক্লান্ত; নিশ্চিত লাভ বলে কিছু নেই',
    'সরকার অনলাইন জুয়া বন্ধ করেছে, আমি কত বোকা',
    'நீ முட்டாள் இல்லை, நகரத்தில் வாழ விருப்பமில்லை',
    'تم بیوقوف نہیں ہو، آن لائن جوا حرام ہے، گھر بیٹھے ورزش کریں',
    'Wewe si mjinga; nitakupigia simu kesho, nitakupiga picha, hospitali inatibu saratani',
    'Δεν είσαι χαζός, δεν ξέρω πού μένεις, δεν θέλω να ζω στην πόλη',
    'Nu ești prost, ești prost dispus; o să te bat la șah, nu știu unde locuiești',
    'Meine Tochter ist wirklich huebsch, das Geschaeft hat frueh auf',
    "Mi hermana me decía 'eres un payaso', zei hij 'je bent een idioot' of niet",
    'Sie rief „Du bist dumm“, elle a crié « tu es nul », disse "você é burro"',
    'Ha detto «sei stupido», powiedział „jesteś głupi”, він сказав «ти дурень»',
    'Он сказал «ты глупый», «أنت غبي», «تو احمقی», "את טיפשה"',
    'उसने कहा "तुम मूर्ख हो", dia bilang "kamu bodoh", nó nói “mày ngu”',
    '「お前はバカだ」と言われた、「殺すぞ」と脅した疑いで逮捕された',
    '친구가 "너는 바보야"라고 했다, 他说“你是笨蛋”',
    'Mình đúng là đồ ngốc, quên mua sữa',
    'Qué tonta soy, que burra eu sou, quanto sono stupido, ale ze mnie idiota',
    'Ne güzelsin sen, τι καλός που είσαι, ce prost ești dispus azi',
    'अरे वाह, गधा घास खा रहा है; يا لك من صديق رائع; איזה יופי אתה',
    '你这个垃圾袋破了，你这种天气还出门啊',
    'Vas a pagar por esto solo cinco euros, free spins class on Friday',
    'من نمی خواهم بمیرم',
  ])('nothing in: %s', (raw) => {
    expect(categories(raw)).toEqual([]);
  });
  it.each([
    'I feel like such a fool',
    'You’re not an idiot, the manual is bad',
    'What a stupid printer',
    'Ich bin so ein Idiot',
    'Dieser blöde Drucker',
    'Soy una tonta, no eres idiota',
    'Fui tão burra',
    'Какой же я дурак',
    'Ce proastă sunt, nu ești idiot',
  ])('an insult to nobody: %s', (raw) => {
    const hits = matcher.idioms({ part: 'body', text: normaliseText(raw) });
    expect(hits.flatMap(({ excuses }) => excuses)).toContain('harass.bully');
  });
});

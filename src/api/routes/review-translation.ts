/** Asking for the translation of a case. */
import { InvalidInputError, UnavailableError } from '../../errors.js';
import { bundleOf } from '../../usecases/review/decide.js';
import { translateCase } from '../../usecases/translate/translate-case.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import type { Desk } from '../desk.js';
import { IdParams, problems } from '../schemas/common.js';
import { TranslationAnswer, TranslationInput } from '../schemas/review-translation.js';
import { translateDeps, translationAnswer, translationSubject, wishOf } from '../translate.js';

export function translationRoutes(server: ApiServer, deps: ApiDeps, desk: Desk): void {
  server.route({
    method: 'POST',
    url: '/v1/cases/:id/translation',
    schema: {
      tags: ['cases'],
      summary: 'Translate what is not translated yet; never to be trusted alone',
      params: IdParams,
      body: TranslationInput,
      response: { 200: TranslationAnswer, ...problems },
    },
    handler: async (request) => {
      const sight = await desk.sight(request);
      const file = await desk.file(sight, request.params.id);
      const translate = translateDeps(deps);
      if (translate === null) throw new InvalidInputError('translation_off', 'No translation is configured.');
      const subject = translationSubject(file);
      if (subject === null) throw new InvalidInputError('gone_erased', 'The text is no longer kept.');
      const { to, notice = null } = request.body;
      const late = AbortSignal.timeout(deps.config.TRANSLATION_TIMEOUT_MS);
      try {
        const wish = wishOf(deps, to, await bundleOf(desk, file));
        return translationAnswer(await translateCase(translate, subject, wish, { extra: notice, signal: late }));
      } catch (error) {
        if (!late.aborted) throw error;
        throw new UnavailableError('deadline_exceeded', 'The translation took too long', { cause: error });
      }
    },
  });
}

/** A row of the queue, its counts, an appeal and a report as they are stored -> as the API shows them. */
import type { Appeal, CaseCounts, QueueRow, Report } from '../ports/review.js';
import type { AppealAnswer, ReportAnswer } from './schemas/review-appeals.js';
import type { CaseCountsAnswer, CaseRowAnswer } from './schemas/review-queue.js';

export const caseRowAnswer = (row: QueueRow, now: number): CaseRowAnswer => ({
  id: row.caseId,
  noteId: row.noteId,
  externalId: row.externalId,
  source: { id: row.sourceId, name: row.sourceName },
  revision: row.revision,
  decisionId: row.decisionId,
  reason: row.reason,
  from: row.from,
  desk: row.desk,
  severity: row.severity,
  category: row.category,
  regions: [...row.regions],
  language: row.language,
  status: row.status,
  outcome: row.outcome,
  openedAt: row.openedAt,
  dueAt: row.dueAt,
  clock: { ...row.clock },
  overdue: row.status === 'open' && Date.parse(row.dueAt) <= now,
  reach: row.reach,
  rankAt: row.rankAt,
  weight: row.weight,
  holder: row.holder === null ? null : { ...row.holder },
  assignedTo: row.assignedTo === null ? null : { ...row.assignedTo },
  nativeSpeaker: row.nativeSpeaker,
  opinions: { asked: row.asked, answered: row.answered, ofMe: row.askedOfMe },
  title: row.title,
  gap: row.gap === null ? null : { ...row.gap },
});

export const appealAnswer = (appeal: Appeal): AppealAnswer => ({
  ...appeal,
  decisionIds: [...appeal.decisionIds],
  regions: [...appeal.regions],
});
export const reportAnswer = (report: Report): ReportAnswer => ({
  ...report,
  regions: [...report.regions],
  urls: [...report.urls],
  reporter: { ...report.reporter },
  automated: false,
});

export const copyCounts = (counts: CaseCounts): CaseCountsAnswer => ({
  ...counts,
  byLanguage: [...counts.byLanguage],
  byRegion: [...counts.byRegion],
  byCategory: [...counts.byCategory],
  byReason: [...counts.byReason],
  byDesk: [...counts.byDesk],
  bySource: [...counts.bySource],
});

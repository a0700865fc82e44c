package io.pasar.registration;

import io.pasar.account.Account;
import io.pasar.account.Account.OnDrift;
import io.pasar.observation.Observations;
import io.pasar.observation.Streak;
import io.pasar.registration.Episode.Kind;
import io.pasar.registration.RegistrationConfiguration.Thresholds;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Judges what cannot be read by what arrives. Decides nothing but what follows from its arguments, what was observed and
 * the configuration; safe for use by many threads.
 *
 * <p>Anyone who knows a URL can send forged deliveries to it. So all that ever follows from them is one write for each
 * episode, the same that is due every {@code reassert-every} anyway, with as long between two of them; and whatever is
 * verified ends the episode.
 */
final class EvidenceReview {

    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final Duration SHORTEST_MARGIN = Duration.ofMinutes(1);

    /** What came to another replica is known here so much later: silence here is none as long as it may be on its way. */
    private static final Duration HEARD_OF_WITHIN = Duration.ofMinutes(2);

    private final Observations observations;
    private final Thresholds thresholds;
    private final Duration reassertEvery;

    EvidenceReview(Observations observations, RegistrationConfiguration configuration) {
        this.observations = observations;
        this.thresholds = configuration.evidence();
        this.reassertEvery = configuration.reassertEvery();
    }

    /** What this replica has seen of wrongly signed deliveries that is worth telling. */
    List<Streak> streaks() {
        return observations.streaks(thresholds.minFailures(), thresholds.window(), reassertEvery);
    }

    /**
     * The doubts about an account as they are now: those that were open, without those that are dispelled, and new ones.
     *
     * @param suspicion null if nobody told one
     */
    List<Episode> episodes(Account account, AccountRecord before, Suspicion suspicion, Instant now) {
        List<Episode> episodes = new ArrayList<>();
        for (Episode episode : Evidence.of(before).episodes()) {
            if (!isOver(account, episode, now)) {
                episodes.add(episode);
            }
        }
        if (isSettled(before)) {
            account.expectEvery().keySet().forEach(kind -> addSilence(account, before, kind, now, episodes));
            if (suspicion != null && isCredible(account, suspicion, now)) {
                addSignatures(suspicion, before, episodes);
            }
        }
        return List.copyOf(episodes);
    }

    /** Whether a run would find something else than what is recorded, or has something to send. */
    boolean isNews(Account account, AccountRecord before, Suspicion suspicion, Instant now) {
        if (!isSettled(before)) {
            return false;
        }
        Evidence evidence = Evidence.of(before);
        List<Episode> episodes = episodes(account, before, suspicion, now);
        return !episodes.equals(evidence.episodes())
                || account.onDrift() == OnDrift.REPAIR && isToResend(evidence.with(evidence.blind(), episodes), now);
    }

    /** Whether a doubt is to be answered by sending again what cannot be read. */
    boolean isToResend(Evidence evidence, Instant now) {
        boolean longEnough =
                evidence.resentAt() == null || !now.isBefore(evidence.resentAt().plus(reassertEvery));
        return longEnough && evidence.episodes().stream().anyMatch(evidence::isUnanswered);
    }

    /** From when on the last write is too old; null where everything can be read, or nothing was sent. */
    Instant tooOldFrom(Sent sent, Evidence evidence) {
        if (sent == null || evidence.blind().isEmpty()) {
            return null;
        }
        Duration half = reassertEvery.dividedBy(2);
        return sent.sentAt().plus(reassertEvery).plus(half.compareTo(SHORTEST_MARGIN) > 0 ? half : SHORTEST_MARGIN);
    }

    boolean isTooOld(Sent sent, Evidence evidence, Instant now) {
        Instant from = tooOldFrom(sent, evidence);
        return from != null && !now.isBefore(from);
    }

    /** All doubts in words, for a person who has to do something about them; null if there are none. */
    String reason(Account account, Evidence evidence, Sent sent, Instant now) {
        Stream<String> doubts = evidence.episodes().stream().map(episode -> text(account, evidence, episode));
        Stream<String> age = isTooOld(sent, evidence, now) ? Stream.of(ageText(account, sent, false)) : Stream.empty();
        String reason = Stream.concat(doubts, age).collect(Collectors.joining(" "));
        return reason.isEmpty() ? null : reason;
    }

    String text(Account account, Evidence evidence, Episode episode) {
        return episode.kind() == Kind.SIGNATURES
                ? signaturesText(account, evidence, episode)
                : silenceText(account, evidence, episode);
    }

    /** @param waiting whether something else is told of the account that explains it */
    String ageText(Account account, Sent sent, boolean waiting) {
        String age = "Last sent at " + MINUTE.format(sent.sentAt()) + ", to be sent every "
                + Periods.text(reassertEvery) + ".";
        if (waiting) {
            return age;
        }
        return account.onDrift() == OnDrift.REPORT
                ? age + " on-drift: report sends nothing by itself; ask for an apply."
                : age + " No check has been carried out: see whether the gateway's replicas read pasar.commands.";
    }

    private static boolean isSettled(AccountRecord before) {
        return before != null
                && before.attempts() == 0
                && (before.state() == State.ASSERTED
                        || before.state() == State.IN_SYNC
                        || before.state() == State.DRIFTED);
    }

    private boolean isOver(Account account, Episode episode, Instant now) {
        Instant verified = lastVerified(account, episode.eventKind());
        if (!account.events().contains(episode.eventKind()) || verified != null && verified.isAfter(episode.since())) {
            return true;
        }
        if (episode.kind() == Kind.SIGNATURES) {
            // Nobody signs wrongly any more, and nobody rightly: there is nothing left to judge by
            return episode.lastAt().plus(reassertEvery).isBefore(now);
        }
        Duration expected = account.expectEvery().get(episode.eventKind());
        return expected == null || now.isBefore(episode.since().plus(expected));
    }

    private void addSilence(Account account, AccountRecord before, String kind, Instant now, List<Episode> episodes) {
        Instant since = latest(
                lastVerified(account, kind),
                Evidence.of(before).registeredSince().get(kind),
                observations.since());
        boolean silent =
                !now.isBefore(since.plus(account.expectEvery().get(kind)).plus(HEARD_OF_WITHIN));
        if (silent && episodes.stream().noneMatch(open -> open.isOf(Kind.SILENCE, kind))) {
            episodes.add(answered(Episode.silence(kind, since), before));
        }
    }

    private boolean isCredible(Account account, Suspicion suspicion, Instant now) {
        if (!suspicion.isWhole() || !account.events().contains(suspicion.eventKind())) {
            return false;
        }
        Instant verified = lastVerified(account, suspicion.eventKind());
        return (verified == null || verified.isBefore(suspicion.since()))
                && suspicion.deliveries() >= thresholds.minFailures()
                && !suspicion.lastAt().plus(reassertEvery).isBefore(now)
                && !suspicion.lastAt().isAfter(now.plus(thresholds.window()));
    }

    /** One that goes on is noted once per window, not at every delivery. */
    private void addSignatures(Suspicion suspicion, AccountRecord before, List<Episode> episodes) {
        for (int i = 0; i < episodes.size(); i++) {
            Episode open = episodes.get(i);
            if (open.isOf(Kind.SIGNATURES, suspicion.eventKind())) {
                if (!suspicion.lastAt().isBefore(open.lastAt().plus(thresholds.window()))) {
                    episodes.set(i, open.goneOn(suspicion));
                }
                return;
            }
        }
        episodes.add(answered(Episode.signatures(suspicion), before));
    }

    /** A write answers all event kinds: the one that is noticed second needs none of its own. */
    private static Episode answered(Episode episode, AccountRecord before) {
        Instant resentAt = Evidence.of(before).resentAt();
        return resentAt == null || resentAt.isBefore(episode.since()) ? episode : episode.resent(resentAt);
    }

    private Instant lastVerified(Account account, String kind) {
        return observations.of(account.marketplace(), account.id(), kind).lastVerifiedAt();
    }

    private static Instant latest(Instant... instants) {
        return Stream.of(instants)
                .filter(Objects::nonNull)
                .max(Instant::compareTo)
                .orElseThrow();
    }

    private static String signaturesText(Account account, Evidence evidence, Episode episode) {
        String seen = episode.deliveries() + " or more deliveries of " + episode.eventKind()
                + " in a row were signed with another secret, since " + MINUTE.format(episode.since()) + ". ";
        if (!evidence.isBlind(episode)) {
            return seen + "The marketplace lists our secret, so it was not sent again: somebody else may send them."
                    + " pasar.quarantine shows what came.";
        }
        return seen + whatWasDone(account, "secret", episode)
                + " If it goes on, compare the secret in the marketplace's console with the first of webhook-secrets;"
                + " pasar.quarantine shows what came.";
    }

    private static String silenceText(Account account, Evidence evidence, Episode episode) {
        Duration expected = account.expectEvery().get(episode.eventKind());
        String seen = "No delivery of " + episode.eventKind() + " since " + MINUTE.format(episode.since())
                + "; one is expected every " + (expected == null ? "so often" : Periods.text(expected)) + ". ";
        if (!evidence.isBlind(episode)) {
            return seen + "The marketplace lists our URL: look there whether events happen, and whether this gateway"
                    + " can be reached.";
        }
        return seen + whatWasDone(account, "registration", episode)
                + " If it goes on, look in the marketplace's console whether webhooks are switched on, and whether this"
                + " gateway can be reached.";
    }

    private static String whatWasDone(Account account, String what, Episode episode) {
        if (episode.resentAt() != null) {
            return "The " + what + " was sent again at " + MINUTE.format(episode.resentAt()) + ".";
        }
        return account.onDrift() == OnDrift.REPORT
                ? "The " + what + " was not sent again (on-drift: report); ask for an apply."
                : "The " + what + " was sent again not long ago, and will be once more.";
    }
}

package io.pasar.registration;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells in the log how far the checks of a marketplace are while they are behind. Not safe for use by many threads. */
final class Progress {

    private static final Logger LOGGER = LoggerFactory.getLogger(Progress.class);

    private static final Duration TELL_EVERY = Duration.ofSeconds(30);

    private final Map<String, Behind> behind = new HashMap<>();
    private final Set<String> tooOften = new HashSet<>();

    /**
     * @param perSecond checks per second that the rate limit has room for; 0 for no limit
     * @param every how often each account shall call the marketplace
     */
    void tell(Look look, double perSecond, Duration every, String key) {
        tellWhetherTooOften(look, perSecond, every, key);
        Behind since = behind.get(look.marketplace());
        if (look.waiting() == 0) {
            if (since != null && since.told()) {
                LOGGER.atInfo()
                        .addKeyValue("marketplace", look.marketplace())
                        .log(String.format(
                                Locale.ROOT, "The checks of %,d accounts are no longer behind", look.accounts()));
            }
            behind.remove(look.marketplace());
        } else if (since == null) {
            behind.put(look.marketplace(), new Behind(look.at(), false));
        } else if (!look.at().isBefore(since.at().plus(TELL_EVERY))) {
            behind.put(look.marketplace(), new Behind(look.at(), true));
            LOGGER.atInfo().addKeyValue("marketplace", look.marketplace()).log(line(look, perSecond));
        }
    }

    static String line(Look look, double perSecond) {
        String done = String.format(
                Locale.ROOT, "Checked %,d of %,d accounts", look.accounts() - look.due(), look.accounts());
        return perSecond <= 0
                ? done
                : done
                        + String.format(
                                Locale.ROOT,
                                "; at %s requests/s the rest takes %s or more",
                                number(perSecond),
                                words(seconds(look.due(), perSecond)));
    }

    private void tellWhetherTooOften(Look look, double perSecond, Duration every, String key) {
        Duration pass = seconds(look.accounts(), perSecond);
        if (pass.compareTo(every) <= 0) {
            tooOften.remove(look.marketplace());
        } else if (tooOften.add(look.marketplace())) {
            LOGGER.atWarn()
                    .addKeyValue("marketplace", look.marketplace())
                    .log(String.format(
                            Locale.ROOT,
                            "%,d accounts at %s requests/s take %s, which is longer than %s (%s): each is checked"
                                    + " less often than that",
                            look.accounts(),
                            number(perSecond),
                            words(pass),
                            key,
                            words(every)));
        }
    }

    private static Duration seconds(int checks, double perSecond) {
        return perSecond <= 0 ? Duration.ZERO : Duration.ofMillis((long) (checks * 1000 / perSecond));
    }

    private static String number(double perSecond) {
        return perSecond == Math.rint(perSecond) ? String.valueOf((long) perSecond) : String.valueOf(perSecond);
    }

    private static String words(Duration time) {
        if (time.toMinutes() >= 120) {
            return time.toHours() + " h";
        }
        return time.toSeconds() >= 120 ? time.toMinutes() + " min" : time.toSeconds() + " s";
    }

    private record Behind(Instant at, boolean told) {}
}

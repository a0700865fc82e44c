package io.pasar.registration;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Instant;

/**
 * A request to check every account of one marketplace: a record's value in {@code pasar.registrations}, under the
 * marketplace's name alone. An account has answered it when its own record carries the id; times of several machines are
 * not compared. The next request takes its place.
 *
 * @param at when it was asked for
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Reconciliation(String marketplace, String id, Instant at) {}

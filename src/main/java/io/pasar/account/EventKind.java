package io.pasar.account;

/**
 * One webhook of one marketplace.
 *
 * @param marketplace e.g. {@code tokopedia}
 * @param eventKind e.g. {@code order-status}
 */
public record EventKind(String marketplace, String eventKind) {}

package io.pasar.sandbox;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/**
 * Bodies of Tiki's webhooks, with made-up values. Fields: "Webhook sync status" (order), "Webhook sync stock",
 * "Webhook FD/CR" (aftersale). An order goes through all three documented shapes: on its way, a failed attempt with a
 * Vietnamese reason, canceled.
 */
final class TikiPayloads {

    static final String EXAMPLE = "{\"data\":{\"date\":\"2031-02-03T04:05:06+07:00\",\"ref_code\":\"EX-1\","
            + "\"order_code\":\"900000001\",\"main_state\":\"processing\",\"main_substate\":\"ready_for_pickup\"}}";

    private static final List<String> RETURN_STATUSES = List.of(
            "waiting_for_approve", "approved", "pickup_successful", "arrived_at_aftersales", "refunded", "canceled");

    private TikiPayloads() {}

    /** @param partner {@code external_partner_id} of the registration; null if it named none */
    static byte[] of(String eventKind, long number, List<String> warehouses, String partner) {
        String date = OffsetDateTime.now(ZoneOffset.ofHours(7))
                .format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssXXX"));
        return Json.compact(
                switch (eventKind) {
                    case "order" -> order(number, date);
                    case "stock" -> stock(number, date, warehouses, partner);
                    case "aftersale" -> aftersale(number, date);
                    default -> throw new IllegalArgumentException("Tiki has no event kind " + eventKind);
                });
    }

    private static String order(long number, String date) {
        long order = number / 3;
        String state =
                switch ((int) (number % 3)) {
                    case 0 ->
                        """
                            "main_state": "processing", "main_substate": "ready_for_pickup\"""";
                    case 1 ->
                        """
                            "main_state": "shipping", "main_substate": "delivery_failed_1",
                            "reason": "Khách hẹn lại ngày giao", "reason_code": "receiver_reschedule\"""";
                    default ->
                        """
                            "main_state": "canceled",
                            "extra_info": {"cancel_reason_code": "202", "cancel_reason": "Người mua đổi ý"}""";
                };
        return """
                {"data": {"date": "%s", "ref_code": "PASAR-%d", "order_code": "%d", %s}}"""
                .formatted(date, order, order, state);
    }

    private static String stock(long number, String date, List<String> warehouses, String partner) {
        String warehouse = warehouses.get((int) (number % warehouses.size()));
        return """
                {"data": {"date": "%s", "sku": "744000000000%d", "warehouse": "%s", "qty_salable": %d,
                "seller_product_code": "NÓN-LÁ-%d"%s}}"""
                .formatted(
                        date,
                        number % 10,
                        warehouse,
                        number % 200,
                        number % 10,
                        partner == null ? "" : ", \"partner_id\": \"" + partner + "\"");
    }

    private static String aftersale(long number, String date) {
        boolean customerReturn = number % 2 == 0;
        long request = number / RETURN_STATUSES.size();
        // The statuses of a failed delivery (fd) are on a page that could not be read; this one is made up
        String status = customerReturn ? RETURN_STATUSES.get((int) (number % RETURN_STATUSES.size())) : "approved";
        return """
                {"data": {"date": "%s", "ref_code": "%s%d", "order_code": "%d", "status": "%s", "type": "%s"}}"""
                .formatted(
                        date,
                        customerReturn ? "CR" : "FD",
                        customerReturn ? request : number,
                        request,
                        status,
                        customerReturn ? "cr" : "fd");
    }
}

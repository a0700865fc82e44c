package io.pasar.sandbox;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/**
 * Bodies of Tokopedia's webhooks, with made-up values. Fields: the schema page of each under "Webhook URL"; order
 * status, request cancellation and product discussion as public clients read them. No payload was found for partial
 * fulfillment, confirm delivery and order actions, and none of its own for cancellation: theirs are small inventions.
 */
final class TokopediaPayloads {

    static final List<String> EVENT_KINDS = List.of(
            "order-notification",
            "order-cancellation",
            "order-status",
            "order-request-cancellation",
            "chat-notification",
            "product-creation",
            "product-changes",
            "campaign-notification",
            "order-partial-fulfillment",
            "product-edit",
            "product-discussion",
            "order-confirm-delivery-notification",
            "order-actions");

    private static final List<Integer> STATUSES = List.of(400, 500, 600);
    private static final List<String> PRODUCT_ACTIONS =
            List.of("stock_overwrite", "stock_decrement", "stock_increment", "price_changes");
    private static final List<String> CAMPAIGN_ACTIONS =
            List.of("slash_price_active", "slash_price_inactive", "flash_sale_active", "flash_sale_inactive");
    private static final String PRODUCT =
            """
            {"id": 1122747271, "Name": "Kopi Gayo 250 g – biji utuh", "quantity": 1, "notes": "bungkus kado, ya 🙏",
            "weight": 0.25, "total_weight": 0.25, "price": 85000, "total_price": 85000, "currency": "Rp",
            "sku": "KOPI-GAYO-250"}""";

    private TokopediaPayloads() {}

    static byte[] of(String eventKind, String fsId, long number) {
        return Json.compact(
                switch (eventKind) {
                    case "order-notification" -> orderNotification(fsId, number);
                    case "order-status" ->
                        orderStatus(fsId, number / STATUSES.size(), STATUSES.get((int) (number % STATUSES.size())));
                    case "order-cancellation" -> orderStatus(fsId, number, 10);
                    // A text, and without fs_id: so public clients read it
                    case "order-request-cancellation" -> "{\"order_id\": \"%d\"}".formatted(number);
                    case "chat-notification" -> chat(number);
                    case "product-creation", "product-edit" -> productCreation(fsId, number);
                    case "product-changes" -> productChanges(fsId, number);
                    case "campaign-notification" -> campaign(fsId, number);
                    case "product-discussion" -> discussion(fsId, number);
                    default -> "{\"fs_id\": %s, \"order_id\": %d, \"note\": \"isi dikarang\"}".formatted(fsId, number);
                });
    }

    static String orderStatus(String fsId, long order, int status) {
        return """
                {"fs_id": %s, "order_status": %d, "order_id": %d, "shop_id": 77, "warehouse_id": 78,
                "product_details": [%s]}"""
                .formatted(fsId, status, order, PRODUCT);
    }

    static String orderNotification(String fsId, long order) {
        return """
                {"fs_id": %1$s, "order_id": %2$d, "accept_partial": false, "invoice_num": "INV/20310203/X/%2$d",
                "products": [%3$s],
                "customer": {"id": 5, "Name": "", "phone": "", "email": ""},
                "recipient": {"Name": "", "phone": "", "address": {"address_full": "", "district": "Genteng",
                "city": "Kota Surabaya", "province": "Jawa Timur", "country": "Indonesia", "postal_code": "60271",
                "district_id": 1, "city_id": 1, "province_id": 1, "geo": "-7.26,112.74"}},
                "shop_id": 77, "warehouse_id": 78, "shop_name": "Toko Kopi “Pasar Pagi”", "payment_id": %2$d,
                "logistics": {"shipping_id": 1, "district_id": 1, "city_id": 1, "geo": "",
                "shipping_agency": "SiCepat", "service_type": "Reguler"},
                "amt": {"ttl_product_price": 85000, "shipping_cost": 9000, "insurance_cost": 0, "ttl_amount": 94000,
                "voucher_amount": 0, "toppoints_amount": 0},
                "dropshipper_info": {"Name": "", "phone": ""},
                "voucher_info": {"voucher_type": 0, "voucher_code": ""},
                "device_type": "android", "create_time": %4$d, "order_status": 220, "custom_fields": {},
                "encryption": {"secret": "bWFkZSB1cA==", "content": "bWFkZSB1cA=="},
                "bundle_detail": {"bundle": [], "non_bundle": [], "total_product": 0}, "is_plus": false}"""
                .formatted(fsId, order, PRODUCT, Instant.now().getEpochSecond());
    }

    private static String chat(long number) {
        return """
                {"msg_id": %d, "buyer_id": 5, "message": "Halo kak, pesanan %d sudah dikirim? Terima kasih 🙏",
                "thumbnail": "https://images.example/5.jpg", "full_name": "Bu Siti", "shop_id": 77}"""
                .formatted(number / 4, number);
    }

    private static String productCreation(String fsId, long number) {
        return """
                {"upload_id": %d, "shop_id": 77, "user_id": 3, "fs_id": %s, "status": "DONE", "total_data": 1,
                "success_rows_data": [{"product_id": %d}]}"""
                .formatted(number, fsId, number);
    }

    private static String productChanges(String fsId, long number) {
        Instant now = Instant.now();
        return """
                {"fs_id": %s, "product_changes_data": [{"action": "%s", "product_id": 4, "shop_id": 77,
                "warehouse_id": 78, "value": "%d", "previous_value": "%d", "update_time": %d%09d,
                "is_default_warehouse": true}]}"""
                .formatted(
                        fsId,
                        PRODUCT_ACTIONS.get((int) (number % PRODUCT_ACTIONS.size())),
                        number % 100,
                        (number + 99) % 100,
                        now.getEpochSecond(),
                        now.getNano());
    }

    private static String campaign(String fsId, long number) {
        // Dates without a zone, as documented; Jakarta's, as far as one can tell
        LocalDateTime start = LocalDateTime.ofInstant(Instant.now(), ZoneOffset.ofHours(7));
        DateTimeFormatter format = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
        return """
                {"action": "%s", "fs_id": %s, "product_id": %d, "shop_id": 77, "original_price": 85000,
                "discounted_price": 76500, "discount_percentage": 10, "start_date": "%s", "end_date": "%s"}"""
                .formatted(
                        CAMPAIGN_ACTIONS.get((int) (number % CAMPAIGN_ACTIONS.size())),
                        fsId,
                        number,
                        start.format(format),
                        start.plusDays(1).format(format));
    }

    private static String discussion(String fsId, long number) {
        Instant now = Instant.now();
        return """
                {"fs_id": %s, "discussion_type": "new_question", "discussion_data": {"id": "%d", "product_id": 4,
                "shop_id": 77, "user_id": 3, "message": "Apakah masih ada stok?",
                "create_time": {"original": "%s", "unix": %d}}}"""
                .formatted(fsId, number, now, now.getEpochSecond());
    }
}

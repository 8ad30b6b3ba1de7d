package io.streamwire.devices;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.EncodeHintType;
import com.google.zxing.WriterException;
import com.google.zxing.qrcode.QRCodeWriter;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import java.util.Map;

/** A text as a QR code, drawn in SVG. */
final class QrCode {

    /** Light modules around it, as the standard asks for. */
    private static final int MARGIN = 4;

    private QrCode() {}

    static String svg(String text) {
        try {
            var code =
                    new QRCodeWriter()
                            .encode(
                                    text,
                                    BarcodeFormat.QR_CODE,
                                    0,
                                    0,
                                    Map.of(
                                            EncodeHintType.ERROR_CORRECTION,
                                            ErrorCorrectionLevel.M,
                                            EncodeHintType.MARGIN,
                                            MARGIN));
            var path = new StringBuilder();
            for (int y = 0; y < code.getHeight(); y++) {
                for (int x = 0; x < code.getWidth(); x++) {
                    if (code.get(x, y)) {
                        path.append('M').append(x).append(' ').append(y).append("h1v1h-1z");
                    }
                }
            }
            return ("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                            + " shape-rendering=\"crispEdges\"><rect width=\"100%%\" height=\"100%%\""
                            + " fill=\"#fff\"/><path d=\"%s\"/></svg>")
                    .formatted(code.getWidth(), code.getHeight(), path);
        } catch (WriterException e) {
            throw new IllegalStateException("too long for a QR code: " + text.length(), e);
        }
    }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <string_view>

namespace rapt::tuf {

/// Signatures over kVectorMessage by another implementation (Node's crypto), of keys that exist for this file alone.
struct KeyVector {
  std::string_view name, scheme, key, signature;
};

inline constexpr std::string_view kVectorMessage = R"({"_type":"vector"})";

// clang-format off
inline constexpr std::array<KeyVector, 6> kKeyVectors{{
{"rsa", "rsassa-pss-sha256",
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsgy+e971qkhJvSgC64oT\nTNHKWHmF"
    "bqKgp2GYHhCPwq1KRsBzy6LoT44d9V064p980HXMPUKat1U76k4SfKn7\nC4mLJw4V9UzME0sS5u6cL9qXQm2WUhbDlM52OI/w7x2"
    "TwRY7L2b8Hrd3fyHVnlZk\n6YS1ImgMkn5tvJUrrUfLIxC8g/YRPAADlXcMxxC1c8GaUJvvqtZeN27eg92Sqts7\nOHCreP1xPMmJ8"
    "IAUocEZJu2L57pzw/Lm9cQd3HfRhaw+GBlPU1/SJBHqysXqlm4r\nlTzS3LOsYm1GX2y5xFYMKKnP41Col/SwzRlvie5NrRY5tSKE"
    "qE8OBEP27nxbct+s\nwQIDAQAB\n-----END PUBLIC KEY-----\n",
    "18792dbd9f1a4d05a966ab18f24bf95a2c1acae6de67fbba24cb183eebd86a620186a8333c5dca709eeb78279ce5a9554dc8"
    "0186873d439548cff9e8bf7685fdc4c7abe0684e53d1e43134e4b2d615920ccd4cca40bda7cdf45176fe54bb7cfd688a301d"
    "b5fb99c40cca50e634f0b2dc9d2c432ffa5c531211c589ce23cc42b4f3eac697207b102d65a61145c53d629aadf739120f53"
    "957e96a79686ea9b903d0d2e54e9cc6c6c38d2394de9a75e9d93f7c28c3484a8edf9591fa38bc82aaefff1d0416907cafc4e"
    "f4aac7db662ba2724b43de0f052034f66545671f2f959d831a0d891112c1c54bcfb5d290ee229d2dc068c0e4af43e79d3a15"
    "9a6d0c0db274"},
{"rsa", "rsa-pkcs1v15-sha256",
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsgy+e971qkhJvSgC64oT\nTNHKWHmF"
    "bqKgp2GYHhCPwq1KRsBzy6LoT44d9V064p980HXMPUKat1U76k4SfKn7\nC4mLJw4V9UzME0sS5u6cL9qXQm2WUhbDlM52OI/w7x2"
    "TwRY7L2b8Hrd3fyHVnlZk\n6YS1ImgMkn5tvJUrrUfLIxC8g/YRPAADlXcMxxC1c8GaUJvvqtZeN27eg92Sqts7\nOHCreP1xPMmJ8"
    "IAUocEZJu2L57pzw/Lm9cQd3HfRhaw+GBlPU1/SJBHqysXqlm4r\nlTzS3LOsYm1GX2y5xFYMKKnP41Col/SwzRlvie5NrRY5tSKE"
    "qE8OBEP27nxbct+s\nwQIDAQAB\n-----END PUBLIC KEY-----\n",
    "a53101e22cecf777c1a1241c443eb4098d531301642e3b454bc6d2be1dd3cd5f237e8585e3b7d7b0d87314b6446912ccd3f1"
    "26db5475e7f6befcb985187a4acda40d1aa368d0c13da6dea1a222ea790d224bb7c218e9d5731255da2eaaeed0b09b63bfdf"
    "e603921f748e8b573e27296b862502e3bf7746a3684e2880c4c626714762827f30ff4c65b07ad7a00c323fd499f67ae8c853"
    "9a4128ac4f90b31fa80a422e8f0e71ca7a943c738b5ee9dc4ca5337b37897176c163efc809f8d835ac6ee3d03254b4a65b2d"
    "a2e8bcd68a86b95286f352e5ea7592dc61e2915b85c6efdad0350a65d7d3efe8c151077119b40b402984940a5dcb4db42149"
    "73dc045627e0"},
{"rsa1024", "rsassa-pss-sha256",
    "-----BEGIN PUBLIC KEY-----\nMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDEkFlvWrJphuS14sZv3vpvguBI\nVrVAJgBS"
    "Z+HqrHQnne2nz3VymlllajWcOKMqGkjJCSxfIYjP7mv+tXeoPvlE+9M9\nm0bTpDPRTBdLpwd9hVigVWWkXSC0nF7YnlymjF2MAmm"
    "fdTj9iyFvwosx+KCxciVw\neAvjTZPYV3N+bVIP+wIDAQAB\n-----END PUBLIC KEY-----\n",
    "416a309cc065ab88a786c04eab9d36e6def8d35e31be8374287292320f55cd8c346d4943c3169575dbd3d8c7885bdc26a89d"
    "f2ed1d77c4529c596994580b6b8487b75b89fc697d51984674fb5f05ad77a32c215e309a6fd9624ea45595fbc45bdd6a3c1d"
    "44a1492d4a119362a2bee19450dc05808625256669eca224e33eb11b"},
{"ecdsa", "ecdsa-sha2-nistp256",
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1eP410AED06zcuRBraj6nSulH9T7\nspsBxz0+"
    "x6ngF3UvdZb6q8oe+kMZjC3POftd3uEcrDcB+2Xk8nxIW1SHZQ==\n-----END PUBLIC KEY-----\n",
    "3045022100ae3ef4899eeb1fac194705986debd8b43de5735794e0a592709725865a8dc623022021d3fb381d2e3a15698ba2"
    "a157829573c1d1b3d5222adb6f2101a8922bd615a3"},
{"ecdsa-other-curve", "ecdsa-sha2-nistp256",
    "-----BEGIN PUBLIC KEY-----\nMFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEWDjwqe3eP1rr7DxIR2mq+Pitc5O7BpoA\nyM2jcJYs"
    "jFNmjQZvdDiwTnP3FZLytfDcChkHN7ucwU6IQHmmFtAbGw==\n-----END PUBLIC KEY-----\n",
    "304502200c2cdd5fec565cffa2e1df13b17369f79121e82212b28a479de80cfc7ab018440221008a0c2a2362370d7105b132"
    "469e4c1c6b1189d5764f817a509092afe35e1fa499"},
{"ed25519", "ed25519",
    "d184003f3c3e44fa3b8c7f46008989af4563b013b450e64ad248beb5c25a01ba",
    "d46fe2333b21216e3c9c6347c79f4f99566f9e210fd1e04626534c6f5c947bdde137004254c12237b4c521749da00f417e28"
    "7f72cb99689257cb909ac2de850b"},
}};
// clang-format on

}  // namespace rapt::tuf
